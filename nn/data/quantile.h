// The quantiles of sorted numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace hpsearch::nn {

// Interpolates linearly between neighbours, as NumPy's quantile does. Requires ascending values, at
// least one, and q in [0, 1].
template <class Number>
double quantile(const std::vector<Number>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto low = static_cast<double>(sorted[below]);
  const auto high = static_cast<double>(sorted[std::min(below + 1, sorted.size() - 1)]);
  return low + (high - low) * (at - std::floor(at));
}

}  // namespace hpsearch::nn
