// Ends the process that runs a sweep, as Ctrl-C there would.
#pragma once

#include <filesystem>
#include <string>

#include "storage/sweep_lock.h"

namespace hpsearch::runner {

// Asks the owner of a sweep's lock to end and returns when it has. Throws std::runtime_error, with
// `what` ("sweep 'x'") in its sentence, where the process is another machine's or another user's,
// or does not have `lock_file` open: then it is not the one that the lock means.
void stop_process(const storage::SweepLock::Owner& owner,
                  const std::filesystem::path& lock_file,
                  const std::string& what);

}  // namespace hpsearch::runner
