// `type: hyperband`: W&B's rule; with `brackets`, Hyperband.
//
// Source of the former: wandb/sweeps, hyperband_stopping.py, with its arithmetic in Python's
// numbers. Two things differ, for results that do not depend on timing: W&B's server compares a run
// with all runs as they are at that moment, and looks every few minutes; this one compares a trial
// with those that its launch knew, and looks after each epoch.
#pragma once

#include <cstdint>
#include <vector>

#include "search/pruners/pruner.h"

namespace hpsearch::search {

PrunerInfo hyperband_info();

// W&B's bands: the iterations at which trials are judged, ascending, each once, at least 1. They
// come from `max_iter` and `s` where `max_iter` is there, else from `min_iter`. Bands from 2^53 on
// are left out: no trial reaches them.
//
// At its largest band b that it has reached, a trial is pruned if its score is above the threshold
// of b: of the n scores at iteration b of all known trials that have come so far, its own among
// them, sorted, the one at index int(n / eta). The first trial at a band is its own threshold.
// `strict`: the score at the band is judged, else the best one so far.
std::vector<std::int64_t> hyperband_bands(const PrunerOptions& options);

}  // namespace hpsearch::search
