// W&B's `hyperband`: trials that are worse than most others after as many epochs are stopped.
//
// Source: wandb/sweeps, hyperband_stopping.py, with its arithmetic in Python's numbers. Two things
// differ, for results that do not depend on timing: W&B's server compares a run with all runs as
// they are at that moment, and looks every few minutes; this one compares a trial with those that
// its launch knew, and looks after each epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// The iterations at which trials are judged, ascending, each once, at least 1. An iteration is a
// finite value of the metric, whatever the number of its epoch. Bands from 2^53 on are left out: no
// trial reaches them.
std::vector<std::int64_t> hyperband_bands(const HyperbandSpec& spec);

// At its largest band b that it has reached, a trial is pruned if its score is above the threshold
// of b: of the n scores at iteration b of all known trials that have come so far, its own among
// them, sorted, the one at index int(n / eta). The first trial at a band is its own threshold.
class HyperbandPruner final : public Pruner {
 public:
  // `metric`: for the values in reasons.
  HyperbandPruner(const HyperbandSpec& spec, Metric metric);

  PruneRule rule(const Known& known, int stage) override;

 private:
  using Scores = std::vector<std::vector<double>>;  // sorted, for each band

  void take_in(const Known& known);

  std::vector<std::int64_t> bands_;
  double eta_;
  bool strict_;
  Metric metric_;
  // The cache: the scores of known.ended[0, taken_), the last of which has this number.
  std::map<int, Scores> by_stage_;
  std::size_t taken_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace hpsearch::search
