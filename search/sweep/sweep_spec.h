// A sweep, as its file describes it. Knows no YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nn/data/training_data.h"
#include "search/space/space.h"
#include "search/sweep/metric.h"
#include "search/sweep/search_options.h"
#include "search/sweep/stop_rules.h"

namespace hpsearch::search {

struct SweepSpec {
  std::string name;
  std::string description;
  std::uint64_t seed = 0;
  std::string method = "random";
  Metric metric;  // what the file says; what it leaves out follows from the data
  StopLimits limits;
  SearchOptions search;
  nn::DataSpec dataset;
  nn::SettingMap settings;        // of `model` and `training`; fixed for all trials
  Space space;                    // `parameters`
  Constraints constraints;        // that each trial satisfies
  std::optional<int> workers;     // default: the number of cores
  bool deterministic = true;      // false: methods that learn from trials use all that have ended
  bool full_diagnostics = false;  // of every epoch, instead of some

  // How far behind are the results that a method learns from (Learns::kTrials). It is what the file
  // says, not what runs: suggestions must not depend on the machine.
  std::uint64_t lag() const { return static_cast<std::uint64_t>(workers.value_or(4)); }
};

}  // namespace hpsearch::search
