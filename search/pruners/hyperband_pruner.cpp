#include "search/pruners/hyperband_pruner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

constexpr int kMostBands = 100;
constexpr double kUnreachable = 9007199254740992.0;  // 2^53: below it, doubles are exact integers
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What a band compares a trial with. The trial's own score is one of those that are sorted, so the
// threshold depends on it: with the others' scores on either side of the index, it is the own score
// cut to [below, above].
struct Threshold {
  std::size_t band = 0;
  double below = -kInfinity;
  double above = kInfinity;
  std::size_t trials = 1;  // the trial itself among them
};

Threshold threshold_at(std::int64_t band, const std::vector<double>& others, double eta) {
  Threshold threshold{.band = static_cast<std::size_t>(band), .trials = others.size() + 1};
  // As Python's int((1.0 / eta) * n): for eta above 1 it is below n.
  const auto index = static_cast<std::size_t>((1.0 / eta) * static_cast<double>(threshold.trials));
  if (index > 0) {
    threshold.below = others[index - 1];
  }
  if (index < others.size()) {
    threshold.above = others[index];
  }
  return threshold;
}

// In six digits, or in all where these do not tell the two apart.
std::pair<std::string, std::string> different_texts(double a, double b) {
  auto texts = std::pair(fmt::format("{:.6g}", a), fmt::format("{:.6g}", b));
  return texts.first == texts.second ? std::pair(fmt::format("{}", a), fmt::format("{}", b))
                                     : texts;
}

PruneReason reason(const Threshold& at, bool strict, double value, double threshold) {
  const auto [own, limit] = different_texts(value, threshold);
  return {fmt::format("iteration {}: {} is worse than {}, the threshold of {} trials", at.band,
                      strict ? own : fmt::format("its best so far, {},", own), limit, at.trials)};
}

}  // namespace

std::vector<std::int64_t> hyperband_bands(const HyperbandSpec& spec) {
  std::vector<std::int64_t> bands;
  if (spec.max_iter) {
    auto band = static_cast<double>(*spec.max_iter);
    for (std::int64_t i = 0; i < spec.s.value_or(0); ++i) {
      band /= spec.eta;
      if (band < 1.0) {
        break;
      }
      bands.push_back(static_cast<std::int64_t>(band));
    }
    std::reverse(bands.begin(), bands.end());
  } else {
    for (int k = 0; k < kMostBands; ++k) {
      // Python computes whole numbers exactly; below 2^53 so does this.
      const double band = static_cast<double>(spec.min_iter.value_or(1)) * std::pow(spec.eta, k);
      if (band >= kUnreachable) {
        break;
      }
      bands.push_back(static_cast<std::int64_t>(band));
    }
  }
  bands.erase(std::unique(bands.begin(), bands.end()), bands.end());
  return bands;
}

HyperbandPruner::HyperbandPruner(const HyperbandSpec& spec, Metric metric)
    : bands_(hyperband_bands(spec)),
      eta_(spec.eta),
      strict_(spec.strict),
      metric_(std::move(metric)) {}

PruneRule HyperbandPruner::rule(const Known& known, int stage) {
  take_in(known);
  Scores& scores = by_stage_.try_emplace(stage, bands_.size()).first->second;
  std::vector<Threshold> thresholds;
  for (std::size_t i = 0; i < bands_.size(); ++i) {
    thresholds.push_back(threshold_at(bands_[i], scores[i], eta_));
  }
  return [thresholds = std::move(thresholds), strict = strict_,
          metric = metric_](std::span<const double> own) -> std::optional<PruneReason> {
    const auto next =
        std::upper_bound(thresholds.begin(), thresholds.end(), own.size(),
                         [](std::size_t size, const Threshold& t) { return size < t.band; });
    if (next == thresholds.begin()) {
      return std::nullopt;
    }
    const Threshold& reached = *std::prev(next);
    const double at_band = own[reached.band - 1];
    const double threshold = std::clamp(at_band, reached.below, reached.above);
    const double judged = strict ? at_band : *std::min_element(own.begin(), own.end());
    if (judged <= threshold) {
      return std::nullopt;
    }
    // A score's sign is its own inverse.
    return reason(reached, strict, metric.score(judged), metric.score(threshold));
  };
}

// Known trials only grow in number, so those with the same count up to the same number are the
// same.
void HyperbandPruner::take_in(const Known& known) {
  const bool continues =
      taken_ <= known.ended.size() && (taken_ == 0 || known.ended[taken_ - 1].number == last_);
  if (!continues) {
    by_stage_.clear();
    taken_ = 0;
  }
  for (; taken_ < known.ended.size(); ++taken_) {
    const Observation& trial = known.ended[taken_];
    last_ = trial.number;
    Scores& scores = by_stage_.try_emplace(trial.stage, bands_.size()).first->second;
    for (std::size_t i = 0; i < bands_.size() && std::cmp_less_equal(bands_[i], trial.curve.size());
         ++i) {
      const double score = trial.curve[static_cast<std::size_t>(bands_[i]) - 1];
      scores[i].insert(std::upper_bound(scores[i].begin(), scores[i].end(), score), score);
    }
  }
}

}  // namespace hpsearch::search
