// The command line: verbs, options, help, exit codes.
#pragma once

#include <string>
#include <vector>

namespace hpsearch::runner {

// Runs one command and returns its exit code. `arguments` excludes the program's name. This is the
// only place that turns exceptions into a message on stderr and an exit code.
int run_command_line(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace hpsearch::runner
