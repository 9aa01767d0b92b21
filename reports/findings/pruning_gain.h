// What successive halving would have saved in a sweep that trained all its trials to the end.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/sweep/sweep_data.h"
#include "storage/queries.h"

namespace hpsearch::reports {

struct PruningGain {
  std::vector<int> rungs;  // the epochs after which one in `eta` goes on
  double eta = 3.0;
  double saved = 0.0;       // the share of all epochs that is left out
  bool keeps_best = false;  // the best trial is among those that go on everywhere
};

// By the rungs of `asha` with its defaults: at each of them the trials that are left are compared
// by their best score so far, and the best third goes on. Empty for trials in folds, of programs or
// of different lengths, for fewer than 20 of them, for fewer than 9 epochs, and where trials were
// pruned.
std::optional<PruningGain> pruning_gain(storage::Queries& queries, const SweepData& data);

}  // namespace hpsearch::reports
