// `type: median` and `type: percentile`: trials end that are worse than most complete ones were at
// the same epoch.
#pragma once

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// A trial is pruned if its best score so far is above the percentile of the complete trials' scores
// at the same iteration, interpolated linearly between neighbours (Golovin et al. 2017, "Google
// Vizier", section 3.2.2; in the form of Optuna 5). Judged at iteration warmup_epochs + 1 and at
// each `interval` after it, where at least `min_trials` complete trials have come to.
//
// Both sides differ on purpose: best so far against the score there. It spares trials whose scores
// go up and down.
PrunerInfo median_info();
PrunerInfo percentile_info();

// The percentile of ascending numbers, as numpy.percentile() has it. Requires one at least.
double percentile_of(const std::vector<double>& ascending, double percent);

}  // namespace hpsearch::search
