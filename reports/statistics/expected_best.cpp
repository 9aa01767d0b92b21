#include "reports/statistics/expected_best.h"

#include <cmath>

namespace hpsearch::reports {

double expected_best(std::span<const double> ascending, std::size_t n) {
  const double size = static_cast<double>(ascending.size());
  const double power = static_cast<double>(n);
  double sum = 0.0;
  double before = 1.0;  // P(every draw is this one or a worse one)
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    const double after = std::pow((size - static_cast<double>(i + 1)) / size, power);
    sum += ascending[i] * (before - after);
    before = after;
  }
  return sum;
}

std::optional<std::size_t> trials_to_match(std::span<const double> ascending, double score) {
  // expected_best() falls with n, so bisection finds the smallest n.
  constexpr std::size_t kMost = 1'000'000;
  if (ascending.empty() || expected_best(ascending, kMost) > score) {
    return std::nullopt;
  }
  std::size_t low = 0;  // too few
  std::size_t high = kMost;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (expected_best(ascending, middle) <= score ? high : low) = middle;
  }
  return high;
}

double share_worse(std::span<const double> scores, double score) {
  double worse = 0.0;
  for (const double other : scores) {
    worse += other > score ? 1.0 : other == score ? 0.5 : 0.0;
  }
  return scores.empty() ? 0.0 : worse / static_cast<double>(scores.size());
}

}  // namespace hpsearch::reports
