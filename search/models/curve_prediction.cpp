#include "search/models/curve_prediction.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hpsearch::search {
namespace {

constexpr std::size_t kSweepsMetric = 0;  // its place among the watched ones

double best_of(const Curve& curve, std::size_t iterations) {
  return *std::min_element(curve.begin(), curve.begin() + static_cast<std::ptrdiff_t>(iterations));
}

// Of an odd number the middle one, else the mean of the two in the middle. Requires some.
double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : 0.5 * (numbers[half - 1] + numbers[half]);
}

}  // namespace

CurvePrediction::CurvePrediction(std::span<const Observation> ended) {
  for (const Observation& trial : ended) {
    if (trial.state == TrialState::kComplete && trial.score && std::isfinite(*trial.score) &&
        !trial.curves.empty()) {
      complete_[trial.stage].push_back(&trial);
    }
  }
}

std::optional<PredictedScore> CurvePrediction::predict(const Observation& pruned) const {
  const auto stage = complete_.find(pruned.stage);
  if (stage == complete_.end() || pruned.curves.empty()) {
    return std::nullopt;
  }
  // Of a trial in folds, what it had in the folds that it has trained, on the mean.
  double own = 0.0;
  for (std::size_t fold = 0; fold < pruned.curves.size(); ++fold) {
    const Curve& curve = pruned.curve(fold, kSweepsMetric);
    if (curve.empty()) {
      return std::nullopt;
    }
    own += best_of(curve, curve.size()) / static_cast<double>(pruned.curves.size());
  }
  struct Other {
    double distance = 0.0;  // from the own score then
    double gain = 0.0;      // until its end
    double final_score = 0.0;
  };
  std::vector<Other> others;
  for (const Observation* trial : stage->second) {
    double then = 0.0;
    bool came = true;
    for (std::size_t fold = 0; fold < pruned.curves.size() && came; ++fold) {
      const std::size_t iterations = pruned.curve(fold, kSweepsMetric).size();
      const Curve& curve = trial->curve(fold, kSweepsMetric);
      came = curve.size() >= iterations;
      then += came ? best_of(curve, iterations) / static_cast<double>(pruned.curves.size()) : 0.0;
    }
    if (came) {
      others.push_back({std::abs(then - own), *trial->score - then, *trial->score});
    }
  }
  if (others.size() < kLeast) {
    return std::nullopt;
  }
  const double best =
      std::min_element(others.begin(), others.end(), [](const Other& a, const Other& b) {
        return a.final_score < b.final_score;
      })->final_score;
  std::stable_sort(others.begin(), others.end(),
                   [](const Other& a, const Other& b) { return a.distance < b.distance; });
  others.resize(std::min(others.size(), kMost));
  std::vector<double> gains;
  for (const Other& other : others) {
    gains.push_back(other.gain);
  }
  const double gain = median(gains);
  for (double& one : gains) {
    one = std::abs(one - gain);
  }
  return PredictedScore{std::max(own + gain, best), median(gains), others.size()};
}

}  // namespace hpsearch::search
