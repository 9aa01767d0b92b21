// The command line: verbs, options, help, exit codes.
#pragma once

#include <string>
#include <vector>

namespace hpsearch::runner {

// What the process returns; a public interface.
enum ExitCode : int {
  kExitDone = 0,
  kExitRuntime = 1,  // input/output, a busy database, a bug
  kExitUsage = 2,    // the command line, the sweep file, the data
  kExitNoTrial = 3,  // no trial is complete
  kExitInterrupted = 130,
};

// Runs one command; `arguments` without the program's name. Everything that goes wrong becomes a
// message on stderr and an exit code here, and nowhere else.
int run_command_line(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace hpsearch::runner
