#include "runner/run/best_so_far.h"

#include <utility>

namespace hpsearch::runner {

void BestSoFar::ended(const TrialFacts& trial,
                      const search::Standing& standing,
                      TrialOutcome& outcome) {
  KeptWeights weights{{trial.number, trial.attempt, outcome.best_epoch},
                      std::move(outcome.weights),
                      std::move(outcome.fold_weights)};
  const bool here = !weights.tensors.empty() || !weights.folds.empty();
  if (candidates_ != nullptr && here) {
    candidates_->offer(standing, std::exchange(weights, {}));
  }
  if (search::better(standing, best_)) {
    best_ = standing;
    kept_ = weights.tensors.empty() ? std::nullopt : std::optional(std::move(weights));
  }
}

void BestSoFar::show(ProgressSnapshot& snapshot) const {
  const auto& score = best_.score;  // the metric's sign is its own inverse
  snapshot.best_value = score ? std::optional(metric_.score(*score)) : std::nullopt;
  snapshot.best_trial = best_.number;
}

}  // namespace hpsearch::runner
