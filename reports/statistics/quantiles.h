// Small sums over plain numbers.
#pragma once

#include <span>
#include <vector>

namespace hpsearch::reports {

// NaN of nothing.
double mean(std::span<const double> values);

// The sample standard deviation, with n - 1; NaN of fewer than two.
double deviation(std::span<const double> values);

// The quantile at `share` in [0, 1] by linear interpolation between order statistics (Hyndman and
// Fan 1996, definition 7: that of R and NumPy). Requires ascending values; NaN of nothing.
double quantile(std::span<const double> ascending, double share);

// Of values in any order.
double median(std::span<const double> values);

std::vector<double> sorted(std::span<const double> values);

}  // namespace hpsearch::reports
