#include "reports/statistics/normal.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace hpsearch::reports {

double normal_below(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_between(double a, double b) {
  return a > 0.0 ? normal_below(-a) - normal_below(-b) : normal_below(b) - normal_below(a);
}

double normal_quantile(double share) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (share <= 0.0 || share >= 1.0) {
    return share <= 0.0 ? -kInfinity : kInfinity;
  }
  // Of the lower half by bisection, which needs no table of coefficients; the upper is its mirror.
  // 60 halvings of 40 leave less than a double holds.
  const double tail = std::min(share, 1.0 - share);
  double low = -40.0;
  double high = 0.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2.0;
    (normal_below(middle) < tail ? low : high) = middle;
  }
  const double z = (low + high) / 2.0;
  return share < 0.5 ? z : -z;
}

}  // namespace hpsearch::reports
