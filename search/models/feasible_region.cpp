#include "search/models/feasible_region.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

constexpr double kLeastVariance = 1e-12;

double standard(const GpPosterior::Prediction& there, double border) {
  return (border - there.mean) / std::sqrt(std::max(there.variance, kLeastVariance));
}

}  // namespace

double FeasibleRegion::log_chance(std::span<const double> point) const {
  double sum = 0.0;
  for (const Margin& margin : margins_) {
    sum += log_normal_cdf(standard(margin.posterior.at(point), margin.border));
  }
  return sum;
}

std::vector<double> FeasibleRegion::log_chances(std::span<const double> points,
                                                std::size_t count) const {
  std::vector<double> sums(count, 0.0);
  for (const Margin& margin : margins_) {
    const auto predictions = margin.posterior.at_all(points);
    for (std::size_t i = 0; i < count; ++i) {
      sums[i] += log_normal_cdf(standard(predictions[i], margin.border));
    }
  }
  return sums;
}

double FeasibleRegion::log_chance(std::span<const double> point, std::span<double> gradient) const {
  double sum = 0.0;
  std::vector<double> by_mean(point.size());
  std::vector<double> by_variance(point.size());
  for (const Margin& margin : margins_) {
    const auto there = margin.posterior.at(point, by_mean, by_variance);
    const double variance = std::max(there.variance, kLeastVariance);
    const double deviation = std::sqrt(variance);
    const double z = (margin.border - there.mean) / deviation;
    const double log_chance = log_normal_cdf(z);
    sum += log_chance;
    // d log Phi / dz = phi / Phi; z falls with the mean, and with the deviation where it is above
    // 0.
    const double log_density = -0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi);
    const double slope = std::exp(log_density - log_chance);
    const double from_variance = there.variance > kLeastVariance ? -0.5 * z / variance : 0.0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] += slope * (-by_mean[i] / deviation + from_variance * by_variance[i]);
    }
  }
  return sum;
}

}  // namespace hpsearch::search
