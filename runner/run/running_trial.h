// What the search loop knows of the trials that are being trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "runner/run/trial_folds.h"
#include "search/space/param_set.h"
#include "search/sweep/observation.h"
#include "search/sweep/standing.h"

namespace hpsearch::runner {

// A trial that is being trained, here or elsewhere.
struct TrialFacts {
  std::uint64_t number = 0;
  int stage = 0;
  int attempt = 1;
  int epochs = 0;
  search::ParamSet params;
};

// Here.
struct Running : TrialFacts {
  TrialFolds folds;
};

inline std::optional<double> score_of(const search::Metric& metric, const TrialOutcome& outcome) {
  return outcome.value ? std::optional(metric.score(*outcome.value)) : std::nullopt;
}

inline search::Standing standing_of(const TrialFacts& trial,
                                    const TrialOutcome& outcome,
                                    std::optional<double> score) {
  return {outcome.state, trial.stage, score, trial.number, false, outcome.violation()};
}

// What the search learns of it. Takes what it needs of both.
inline search::Observation observation_of(TrialFacts& trial,
                                          TrialOutcome& outcome,
                                          std::optional<double> score) {
  search::Observation observation;
  observation.number = trial.number;
  observation.stage = trial.stage;
  observation.state = outcome.state;
  observation.params = std::move(trial.params);
  observation.score = score;
  observation.epochs = outcome.epochs_done;
  observation.curves = std::move(outcome.curves);
  observation.fold_scores = std::move(outcome.fold_scores);
  observation.paused = outcome.paused;
  observation.margins = outcome.margins;
  return observation;
}

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
