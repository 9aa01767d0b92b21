// What an ended sweep has made of several networks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "storage/records.h"

namespace hpsearch::reports {

// A metric of the ensemble by its name (records.h); empty where it has none.
std::optional<double> ensemble_metric(const storage::EnsembleRow& ensemble,
                                      const std::string& name);

// The share of each trial in the mean, largest first; of equal ones the lower number.
struct EnsembleTrial {
  std::uint64_t trial = 0;
  double share = 0.0;
  std::size_t networks = 0;
};
std::vector<EnsembleTrial> ensemble_trials(const storage::EnsembleRow& ensemble);

// "ensemble: 10 networks of 2 trials: 7 (70 %), 3 (30 %)", what is expected of it on new rows, and
// what it gains over the best trial. `metric`: the sweep's.
std::string ensemble_text(const storage::EnsembleRow& ensemble, const std::string& metric);

// The members, one line a network, for a terminal of `width` columns.
std::string ensemble_table(const storage::EnsembleRow& ensemble, std::size_t width);

// {"kind","rows","trials":[{"trial","share","networks"}],
//  "members":[{"trial","fold","epoch","weight"}],"metrics":{...}}
nlohmann::ordered_json ensemble_json(const storage::EnsembleRow& ensemble);

}  // namespace hpsearch::reports
