#include "search/space/quantiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hpsearch::search {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double mean(std::span<const double> values) {
  return values.empty() ? kNone
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

double deviation(std::span<const double> values) {
  if (values.size() < 2) {
    return kNone;
  }
  const double centre = mean(values);
  double sum = 0.0;
  for (const double value : values) {
    sum += (value - centre) * (value - centre);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(std::span<const double> ascending, double share) {
  if (ascending.empty()) {
    return kNone;
  }
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double part = place - static_cast<double>(below);
  // Interpolating by 0 towards an infinite neighbour would give NaN.
  return part == 0.0 ? ascending[below]
                     : ascending[below] + part * (ascending[above] - ascending[below]);
}

double median(std::span<const double> values) {
  return quantile(sorted(values), 0.5);
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace hpsearch::search
