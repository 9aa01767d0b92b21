// The per-layer diagnostics of a trial as a table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

// True if a series belongs to one layer, such as "dead_units_2".
bool is_of_layer(const std::string& series);

// One row per layer with the last value of each series; empty without such series.
std::string layer_table(const std::vector<storage::MetricRow>& metrics, std::size_t width);

}  // namespace hpsearch::reports
