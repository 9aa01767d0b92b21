// Estimates how long a sweep takes on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nn/data/training_data.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

struct Estimate {
  double epoch_seconds = 0.0;         // one epoch of the middle configuration on one core
  std::optional<double> epochs = {};  // of the whole sweep; empty if they vary by trial
  // The precision that the middle configuration does not use, and the duration of its epochs as a
  // share of epoch_seconds. Empty if the precision is a parameter, or if this CPU lacks bfloat16.
  std::string other_precision = {};
  std::optional<double> other_share = {};
  // Seconds of the whole sweep with this many workers, each on its own core; empty if unknown.
  std::optional<double> seconds(int workers) const;
};

// Trains the middle configuration on part of the rows, without pre-training, for about a second at
// most, or longer if a single epoch of a few rows takes that long.
Estimate measure(const search::SweepSpec& spec, const nn::TrainingData& data);

// The middle of every range, and the first of every list of choices.
nn::SettingMap middle_settings(const search::SweepSpec& spec);

// The total epochs of all planned trials, in all their folds; empty if they vary by trial.
std::optional<double> planned_epochs(const search::SweepSpec& spec);

// What `repeats` adds to them; empty if they vary by trial.
struct RepeatCost {
  std::int64_t trials = 0;
  std::int64_t trainings = 0;
  std::optional<double> epochs = {};
};
RepeatCost repeat_cost(const search::SweepSpec& spec);

}  // namespace hpsearch::runner
