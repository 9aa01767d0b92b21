// `type: patience`: ends trials that have stopped improving.
#pragma once

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// A trial is pruned once its last `patience` iterations have not brought a score that is better by
// more than `min_delta` than the best one before them. The trial alone is looked at. Unlike the
// setting `patience`, which ends a trial as complete, the trial does not compete for the best.
PrunerInfo patience_info();

}  // namespace hpsearch::search
