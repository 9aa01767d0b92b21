// `early_terminate` of a sweep file: when trials end before their last epoch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/sweep/metric.h"
#include "search/sweep/pruner_options.h"

namespace hpsearch::search {

// One pruner with its keys.
struct PrunerSpec {
  std::string type;  // of pruner_table()
  PrunerOptions options;
  std::optional<Metric> metric = {};  // what it watches instead of the sweep's metric
};

// All of them judge each trial; the first one that prunes it, in this order, ends it. Empty: no
// trial is pruned.
using EarlyTerminate = std::vector<PrunerSpec>;

}  // namespace hpsearch::search
