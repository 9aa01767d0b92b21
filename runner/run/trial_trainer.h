// The seam between a sweep and what trains its trials: the built-in trainer (nn_trials.h), scripts
// in tests, and whatever else may come.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "nn/network/weights.h"
#include "nn/settings/settings.h"
#include "nn/training/diagnostics.h"
#include "nn/training/epoch_record.h"
#include "nn/training/trainer_state.h"
#include "search/pruners/trial_rules.h"
#include "search/sweep/feasibility.h"

namespace hpsearch::runner {

// What a trial is.
struct TrialTask {
  std::uint64_t number = 0;
  std::uint64_t seed = 0;
  nn::SettingMap settings;                // fixed ones and the trial's parameters
  int epochs = 0;                         // to train at most; at least 1
  std::optional<double> timeout_seconds;  // the training fails if it takes longer
  std::optional<int> patience;  // the trial ends after this many epochs without a better one
  nn::BestBy best_by = nn::BestBy::kMetric;  // what makes an epoch better
  // Epochs that an earlier attempt stored: a reproducible trainer must give the same bits.
  std::vector<nn::EpochRecord> stored;
  nn::Diagnostics diagnostics = nn::Diagnostics::kSome;
  int fold = 0;   // whose rows it trains on
  int folds = 0;  // that the trial has, each with a network of its own; 0: one network, one split
  // Trainings on the same rows that the trial has, each with its own seed (`repeats`): `fold`
  // counts them. 0: it is trained once, or in folds.
  int replicates = 0;
  search::TrialRules prune = {};  // what may end the trial early
  // The trial goes on with what another one, which was paused, has trained: its number and epochs.
  // Seed and settings are the same.
  std::optional<std::uint64_t> continues = {};
  std::vector<nn::EpochRecord> before = {};
  // The sweep's constraints on results, with this trial's parameters in place, and the size of its
  // network where one of them may ask for it.
  std::vector<search::ResultConstraint> constraints = {};
  std::optional<double> parameters = {};
};

// Trains one trial. One thread uses it at a time, but not always the same one.
class TrialTrainer {
 public:
  virtual ~TrialTrainer() = default;

  // Trains the next epoch; the first one is 1. Empty if `stop` was requested before its end, or if
  // the trial has no further epoch: the object may then only be destroyed. What it throws is the
  // reason why the trial failed.
  virtual std::optional<nn::EpochRecord> train_epoch(const std::stop_token& stop) = 0;

  // True once train_epoch() was empty since the trial has come to its own end.
  virtual bool ended() const { return false; }

  // Keeps a copy of the weights as they are after the last epoch, in place of an earlier copy.
  // Where the copy cannot be had, for want of memory or of weights, there is none.
  virtual void keep_weights() {}

  // Gives the copy away. Empty if there is none.
  virtual nn::WeightSet take_weights() { return {}; }

  // All that training goes on from after its last epoch, with the kept copy. Empty where a trainer
  // has no such state. What it throws only means that there is none this time.
  virtual std::optional<nn::TrainerState> save() const { return std::nullopt; }

  // Puts a trainer that has trained nothing where save() was called: it goes on with the next epoch
  // and the same bits. False, and nothing happens, where the state is not one of this training.
  virtual bool restore(nn::TrainerState /*state*/) { return false; }
};

// Makes trainers. Thread-safe.
class TrialFactory {
 public:
  virtual ~TrialFactory() = default;

  // A trainer that has yet to train its first epoch. The task need not outlive the call. What it
  // throws is the reason why the trial failed. If `stop` is requested meanwhile, the trainer may
  // not be able to train.
  virtual std::unique_ptr<TrialTrainer> begin(const TrialTask& task,
                                              const std::stop_token& stop) = 0;

  // What `precision: auto` is for this task on this CPU: "f32" or "bf16". Empty if the task says
  // which itself, or has no such setting.
  virtual std::string chosen_precision(const TrialTask& /*task*/) const { return ""; }

  // The number of trainable parameters that this task's network has. Empty where a trainer has no
  // network of its own, or where the task fails.
  virtual std::optional<double> parameters(const TrialTask& /*task*/) const { return {}; }

  // How long a trial may take to end after a stop.
  virtual std::chrono::milliseconds grace() const { return std::chrono::milliseconds(1000); }

  // Does the same task give the same bits again, on one CPU with one build?
  virtual bool reproducible() const = 0;
};

}  // namespace hpsearch::runner
