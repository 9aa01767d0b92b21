// `type: threshold`: trials end whose value leaves a range.
#pragma once

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// A trial is pruned at the first epoch whose value of the metric is below `lower`, above `upper`,
// or not finite.
PrunerInfo threshold_info();

}  // namespace hpsearch::search
