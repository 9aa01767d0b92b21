// Runs other programs for a short task, and starts those that go on without us.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hpsearch::runner {

// Our environment, as name=value.
std::vector<std::string> own_environment();

struct ProgramResult {
  bool done = false;   // it has started, and ended with 0
  int exit_code = 0;   // 127 if it could not start; 128 + the signal's number where one ended it
  std::string output;  // the last of stdout and stderr, or why it could not start
};

// Runs a program to its end. Whatever it started ends with it; so it does if we are killed.
// Throws std::system_error only if we lack files or processes ourselves.
ProgramResult run_program(const std::vector<std::string>& argv,
                          const std::vector<std::string>& environment,
                          const std::filesystem::path& folder = {});

// Starts a program that goes on when we end: in a session of its own, with `folder` as its working
// directory, an empty stdin, default signals and no file of ours. Its output is appended to `log`,
// which others may not read if it is new. The caller is its parent, to see whether it ends early.
// Throws std::system_error if it cannot be started.
pid_t start_detached(const std::vector<std::string>& argv,
                     const std::vector<std::string>& environment,
                     const std::filesystem::path& folder,
                     const std::filesystem::path& log);

}  // namespace hpsearch::runner
