// Exit codes of the process. Scripts rely on them: a public interface.
#pragma once

namespace hpsearch::runner {

enum ExitCode : int {
  kExitDone = 0,
  kExitRuntime = 1,        // I/O error, another process runs the sweep, or a bug
  kExitUsage = 2,          // invalid command line, sweep file or data
  kExitNoTrial = 3,        // no trial is complete
  kExitFailures = 4,       // too many trials have failed
  kExitInterrupted = 130,  // 128 + SIGINT, as shells report it
};

}  // namespace hpsearch::runner
