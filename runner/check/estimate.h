// How long a sweep will take here.
#pragma once

#include <optional>
#include <string>

#include "nn/data/training_data.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

struct Estimate {
  double epoch_seconds = 0.0;         // of one epoch of the middle configuration, on one core
  std::optional<double> epochs = {};  // of the whole sweep; empty where the trials choose them
  // The precision that was not measured first, and what an epoch in it takes of epoch_seconds.
  // Empty where the trials choose it, or where this CPU has no bfloat16.
  std::string other_precision = {};
  std::optional<double> other_share = {};
  // Of the whole sweep with so many workers that each have a core.
  std::optional<double> seconds(int workers) const;
};

// Pre-training does not count. Trains the configuration in the middle of all ranges on a part of
// the rows, for about a second at most unless a single epoch of a few rows takes longer.
Estimate measure(const search::SweepSpec& spec, const nn::TrainingData& data);

// The middle of every range, and the first of every list of choices.
nn::SettingMap middle_settings(const search::SweepSpec& spec);

// The epochs of all planned trials together; empty where the trials choose them.
std::optional<double> planned_epochs(const search::SweepSpec& spec);

}  // namespace hpsearch::runner
