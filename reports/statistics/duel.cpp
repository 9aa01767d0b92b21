#include "reports/statistics/duel.h"

#include <cmath>

#include "search/space/beta.h"
#include "search/space/quantiles.h"

namespace hpsearch::reports {
namespace {

MeanDifference difference(double mean, double error, double freedom) {
  if (error > 0.0) {
    return {mean, error, student_probability(mean / error, freedom)};
  }
  return {mean, 0.0, mean > 0.0 ? 1.0 : mean < 0.0 ? 0.0 : 0.5};
}

// The square of the standard error of a mean.
double error_squared(std::span<const double> values) {
  const double deviation = search::deviation(values);
  return deviation * deviation / static_cast<double>(values.size());
}

}  // namespace

double student_probability(double t, double freedom) {
  const double tail =
      0.5 * search::beta_probability(freedom / 2.0, 0.5, freedom / (freedom + t * t));
  return t > 0.0 ? 1.0 - tail : tail;
}

MeanDifference paired_difference(std::span<const double> differences, double correlation) {
  const auto n = static_cast<double>(differences.size());
  const double share = 1.0 / n + correlation / (1.0 - correlation);
  return difference(search::mean(differences), search::deviation(differences) * std::sqrt(share),
                    n - 1.0);
}

MeanDifference unpaired_difference(std::span<const double> a, std::span<const double> b) {
  const double of_a = error_squared(a);
  const double of_b = error_squared(b);
  const double both = of_a + of_b;
  const double freedom = both * both /
                         (of_a * of_a / (static_cast<double>(a.size()) - 1.0) +
                          of_b * of_b / (static_cast<double>(b.size()) - 1.0));
  return difference(search::mean(a) - search::mean(b), std::sqrt(both), freedom);
}

}  // namespace hpsearch::reports
