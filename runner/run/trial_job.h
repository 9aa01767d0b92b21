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
#include "runner/run/checkpoints.h"
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
  std::vector<double> values = {};  // of the trainings behind a mean, if all have one
  // What pruners compare, by fold and then by watched metric, if the task has rules to prune.
  std::vector<std::vector<search::Curve>> curves = {};
  int folds = 0;                                   // of several trainings: how many of them count
  std::vector<double> fold_scores = {};            // of a complete trial in folds; likewise
  bool paused = false;                             // pruned, and may go on as another trial
  std::vector<nn::EpochRecord> epochs = {};        // of a paused trial
  std::vector<search::Judgement> judgements = {};  // by the pruners, in the order of their folds
  // Of a complete or pruned trial, where the task has constraints on results: what they ask for
  // (metrics are those of the best epoch), and how far each is from being violated.
  search::TrialResults results = {};
  std::vector<double> margins = {};
  double seconds_before = 0.0;  // of one of several trainings, which went on from a saved state

  double violation() const { return search::violation_of(margins); }
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
// each epoch with a finite score that is not the trial's last, task.prune may end it.
//
// With `checkpoints` the training goes on from its newest state there, if it has one: what comes
// before it is taken from task.stored, which then has the sweep's metric as well. The state is
// saved every Checkpoints::every() epochs, but not after the last one.
//
// Divergence,
// lack of memory and whatever else goes wrong inside of the trial are outcomes; only
// NotReproducible and what `sink` throws leave this function.
TrialOutcome run_trial(const TrialTask& task,
                       TrialFactory& trials,
                       const search::Metric& metric,
                       const EpochSink& sink,
                       const std::stop_token& stop,
                       Checkpoints* checkpoints = nullptr);

}  // namespace hpsearch::runner
