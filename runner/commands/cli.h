// The command line: verbs, options, help, exit codes.
#pragma once

#include <string>
#include <vector>

namespace hpsearch::runner {

// Runs one command; `arguments` without the program's name. Everything that goes wrong becomes a
// message on stderr and an exit code here, and nowhere else.
int run_command_line(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace hpsearch::runner
