// What the search loop knows of the trials that are being trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>

#include "runner/run/trial_folds.h"
#include "search/space/param_set.h"

namespace hpsearch::runner {

// A trial that is being trained.
struct Running {
  std::uint64_t number = 0;
  int stage = 0;
  int attempt = 1;
  int epochs = 0;
  search::ParamSet params;
  TrialFolds folds;
};

// One training of it, on a worker.
struct Slot {
  std::shared_ptr<Running> trial;  // null: free
  int fold = 0;
};

// What a worker reports back.
struct Completion {
  std::size_t slot = 0;
  TrialOutcome outcome;
  std::exception_ptr error;  // beyond the trial: the run must end
};

}  // namespace hpsearch::runner
