// One trial, from its parameters to its outcome.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/network/weights.h"
#include "nn/training/epoch_record.h"
#include "runner/run/trial_trainer.h"
#include "search/sweep/metric.h"
#include "search/sweep/trial.h"

namespace hpsearch::runner {

// The best epoch of one of several trainings, with its weights where they are at hand.
struct FoldWeights {
  int epoch = 0;
  nn::WeightSet tensors;
};

struct TrialOutcome {
  search::TrialState state = search::TrialState::kComplete;
  std::optional<double> value;  // of complete and pruned trials
  int best_epoch = 0;
  int epochs_done = 0;
  double seconds = 0.0;
  std::string reason;
  nn::WeightSet weights;  // of the best epoch, if the trial is complete and its trainer has them
  // Of a complete trial of several trainings, instead of `weights`.
  std::vector<FoldWeights> fold_weights = {};
  std::vector<double> values = {};  // likewise, if all have one
  std::vector<double> curve = {};  // the finite scores, by epoch, if the task has a rule to prune
};

// The same seed on the same machine gave other results: something computes wrongly, and no result
// of this run can be trusted.
class NotReproducible : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws NotReproducible unless the epoch equals the stored one of the same number, if there is
// one, in everything but its time.
void require_same(std::uint64_t trial,
                  const std::vector<nn::EpochRecord>& stored,
                  const nn::EpochRecord& now);

using EpochSink = std::function<void(const nn::EpochRecord&)>;

// Trains it to the end, or until `patience` epochs have brought no better one, and gives each
// new epoch to `sink`: those that task.stored has are compared with it instead, if the trainer is
// reproducible. Copies the weights after each epoch that is the best so far, and no other. After
// each epoch with a finite score that is not the trial's last, task.prune may end it. Divergence,
// lack of memory and whatever else goes wrong inside of the trial are outcomes; only
// NotReproducible and what `sink` throws leave this function.
TrialOutcome run_trial(const TrialTask& task,
                       TrialFactory& trials,
                       const search::Metric& metric,
                       const EpochSink& sink,
                       const std::stop_token& stop);

}  // namespace hpsearch::runner
