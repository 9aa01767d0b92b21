#include "search/models/cma_start.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

constexpr double kAlpha = 0.1;          // alpha: standard deviation around each of the best trials
constexpr std::size_t kOneGoodOf = 10;  // 1 / gamma: one trial out of this many is good

std::vector<const ModelTrial*> best_of(std::span<const ModelTrial> trials) {
  std::vector<const ModelTrial*> best;
  for (const ModelTrial& trial : trials) {
    if (trial.result == Result::kComplete || trial.result == Result::kPruned) {
      best.push_back(&trial);
    }
  }
  std::sort(best.begin(), best.end(),
            [](const ModelTrial* a, const ModelTrial* b) { return better(*a, *b); });
  best.resize(std::min(best.size(), (trials.size() + kOneGoodOf - 1) / kOneGoodOf));
  return best;
}

// The mean along an axis; the middle if no trial has a value.
double mean_of(std::span<const ModelTrial* const> best, std::size_t axis) {
  double sum = 0.0;
  double count = 0.0;
  for (const ModelTrial* trial : best) {
    if (!std::isnan(trial->point[axis])) {
      sum += trial->point[axis];
      count += 1.0;
    }
  }
  return count > 0.0 ? sum / count : 0.5;
}

}  // namespace

std::optional<CmaStart> cma_start(const UnitSpace& space,
                                  std::span<const ModelTrial> trials,
                                  double sigma) {
  const std::vector<const ModelTrial*> best = best_of(trials);
  if (best.empty()) {
    return std::nullopt;
  }
  const auto count = static_cast<double>(best.size());
  CmaStart start;
  std::vector<std::size_t> numeric;
  for (std::size_t axis = 0; axis < space.size(); ++axis) {
    if (space.axis(axis).kind() != Axis::Kind::kCategorical) {
      numeric.push_back(axis);
      start.mean.push_back(mean_of(best, axis));
      continue;
    }
    std::vector<double> shares(space.axis(axis).levels(), 1.0);
    double sum = static_cast<double>(shares.size());
    for (const ModelTrial* trial : best) {
      if (!std::isnan(trial->point[axis])) {
        shares[static_cast<std::size_t>(trial->point[axis])] += 1.0;
        sum += 1.0;
      }
    }
    for (double& share : shares) {
      share /= sum;
    }
    start.probabilities.push_back(std::move(shares));
  }
  const std::size_t n = numeric.size();
  start.covariance.resize(n * n);
  for (const ModelTrial* trial : best) {
    for (std::size_t i = 0; i < n; ++i) {
      const double x = trial->point[numeric[i]] - start.mean[i];
      start.covariance[i * n + i] += (std::isnan(x) ? sigma * sigma : kAlpha * kAlpha) / count;
      for (std::size_t j = 0; j < n; ++j) {
        const double y = trial->point[numeric[j]] - start.mean[j];
        start.covariance[i * n + j] += std::isnan(x) || std::isnan(y) ? 0.0 : x * y / count;
      }
    }
  }
  return start;
}

}  // namespace hpsearch::search
