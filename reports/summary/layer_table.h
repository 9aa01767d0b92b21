// The per-layer diagnostics of a trial as a table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/sweep/trial_course.h"

namespace hpsearch::reports {

// True if a series belongs to one layer, such as "dead_units_2".
bool is_of_layer(const std::string& series);

// One row per layer with the last value of each series, of folds the mean of their last values;
// empty without such series.
std::string layer_table(const TrialCourse& course, std::size_t width);

}  // namespace hpsearch::reports
