// What the process returns; a public interface.
#pragma once

namespace hpsearch::runner {

enum ExitCode : int {
  kExitDone = 0,
  kExitRuntime = 1,  // input/output, a busy database, a bug
  kExitUsage = 2,    // the command line, the sweep file, the data
  kExitNoTrial = 3,  // no trial is complete
  kExitInterrupted = 130,
};

}  // namespace hpsearch::runner
