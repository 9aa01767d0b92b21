// Stops the process that runs a sweep, as Ctrl-C would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/sweep_lock.h"

namespace hpsearch::runner {

// Asks the owner of a sweep's lock to stop, and returns when it has ended. Throws
// std::runtime_error, naming `what` ("sweep 'x'"), if the process belongs to another machine or
// another user, or does not have `lock_file` open. In the last case its number has been reused, or
// belongs to another PID namespace, and signalling it would hit the wrong process.
void stop_process(const storage::SweepLock::Owner& owner,
                  const std::filesystem::path& lock_file,
                  const std::string& what);

// All of them: asks each, then waits for each.
void stop_processes(const std::vector<storage::SweepLock::Owner>& owners,
                    const std::filesystem::path& lock_file,
                    const std::string& what);

}  // namespace hpsearch::runner
