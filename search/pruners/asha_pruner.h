// `type: asha`: asynchronous successive halving.
//
// Source: Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2.
#pragma once

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// Rungs are at min_iter eta^k epochs.
//
// `mode: stop`: at a rung a trial goes on if it is among the best there, as of
// `successive_halving`.
//
// `mode: promote`: each trial pauses at its first rung. A free worker takes the best paused trial
// that is among the best floor(n / eta) of the n trials of its rung and has not gone on yet, from
// the highest such rung; it goes on to the next rung, as a trial of its own that continues the
// paused one's training. Only if there is none a new trial begins. No early arrival is lost because
// few were there to compare it with.
PrunerInfo asha_info();

}  // namespace hpsearch::search
