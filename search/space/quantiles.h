// Location and spread of a few numbers.
#pragma once

#include <span>
#include <vector>

namespace hpsearch::search {

// NaN without values.
double mean(std::span<const double> values);

// The sample standard deviation, with n - 1; NaN with fewer than two values.
double deviation(std::span<const double> values);

// The quantile at `share` in [0, 1] by linear interpolation between order statistics (Hyndman and
// Fan 1996, "Sample quantiles in statistical packages", definition 7: the default of R and NumPy).
// Requires ascending values; NaN without values. Values may be infinite.
double quantile(std::span<const double> ascending, double share);

// Of values in any order; NaN without values.
double median(std::span<const double> values);

// A copy in ascending order.
std::vector<double> sorted(std::span<const double> values);

}  // namespace hpsearch::search
