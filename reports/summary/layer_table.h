// What the diagnostics of a trial say of its layers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

// Does this series belong to one layer: "dead_units_2"?
bool is_of_layer(const std::string& series);

// A table with a row for each layer, of each series its last value; empty without any.
std::string layer_table(const std::vector<storage::MetricRow>& metrics, std::size_t width);

}  // namespace hpsearch::reports
