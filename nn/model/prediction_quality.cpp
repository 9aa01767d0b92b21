#include "nn/model/prediction_quality.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/data/quantile.h"
#include "nn/model/predictor.h"

namespace hpsearch::nn {
namespace {

constexpr std::uint64_t kSeed = 0;
constexpr std::uint32_t kResampleUse = 4;  // after that of permutation_importance

}  // namespace

PredictionQuality::PredictionQuality(const ModelTarget& target)
    : target_(target),
      values_(target.task == Task::kRegression ? target.targets() : target.classes.size()),
      draws_(kSeed, Purpose::kResample, kResampleUse) {
  if (target.task == Task::kRegression) {
    moments_.resize(std::min(target.targets(), kMostPairedTargets));
    most_sampled_ = kMostPairs / moments_.size();
  }
  if (target.task != Task::kBinary) {
    return;
  }
  add_label_rule("most_probable", LabelThreshold().value);
  if (target.class_rows.size() == 2) {
    const auto first = static_cast<double>(target.class_rows[0]);
    const auto second = static_cast<double>(target.class_rows[1]);
    add_label_rule("share", second / (first + second));
  }
  add_label_rule("threshold", target.threshold);
}

void PredictionQuality::add_label_rule(const char* rule, double threshold) {
  if (std::none_of(labels_.begin(), labels_.end(),
                   [&](const LabelTally& known) { return known.threshold == threshold; })) {
    labels_.push_back({rule, threshold});
  }
}

void PredictionQuality::add(const float* outputs, std::uint32_t label) {
  read_outputs(target_, outputs, values_);
  const std::size_t predicted = most_probable_class(target_, outputs);
  const double confidence = values_[predicted];
  if (!std::isfinite(confidence)) {
    return;
  }
  // Bins are (i / n, (i + 1) / n].
  const auto bin = static_cast<std::size_t>(
      std::max(0.0, std::ceil(confidence * static_cast<double>(kReliabilityBins)) - 1.0));
  Sums& sums = bins_[std::min(bin, kReliabilityBins - 1)];
  sums.confidence += confidence;
  sums.correct += predicted == label ? 1 : 0;
  ++sums.rows;
  for (LabelTally& tally : labels_) {
    tally.rows[label][outputs[0] > label_cut(tally.threshold) ? 1 : 0] += 1.0;
  }
}

void PredictionQuality::add(const float* outputs, const double* truth) {
  read_outputs(target_, outputs, values_);
  if (!std::all_of(values_.begin(), values_.end(), [](double x) { return std::isfinite(x); })) {
    return;
  }
  for (std::size_t t = 0; t < moments_.size(); ++t) {
    Moments& m = moments_[t];
    if (rows_ == 0) {
      m.first_truth = truth[t];
      m.first_predicted = values_[t];
    }
    const double x = truth[t] - m.first_truth;
    const double y = values_[t] - m.first_predicted;
    m.truth += x;
    m.predicted += y;
    m.truth_squares += x * x;
    m.predicted_squares += y * y;
    m.products += x * y;
  }
  // Each row is in the sample with the same probability (Vitter 1985, algorithm R).
  ++rows_;
  std::size_t place = sample_.size();
  if (sample_.size() < most_sampled_) {
    sample_.emplace_back();
  } else {
    place = static_cast<std::size_t>(draws_.below(rows_));
  }
  if (place < sample_.size()) {
    Sampled& sampled = sample_[place];
    sampled.row = rows_;
    sampled.pairs.clear();
    for (std::size_t t = 0; t < moments_.size(); ++t) {
      sampled.pairs.push_back({truth[t], values_[t]});
    }
  }
}

Reliability PredictionQuality::reliability() const {
  Reliability result;
  std::size_t rows = 0;
  for (const Sums& sums : bins_) {
    rows += sums.rows;
  }
  for (const Sums& sums : bins_) {
    if (sums.rows == 0) {
      continue;
    }
    const auto n = static_cast<double>(sums.rows);
    const double share = n / static_cast<double>(rows);
    const ReliabilityBin bin{sums.rows, sums.confidence / n, static_cast<double>(sums.correct) / n};
    result.error += share * std::abs(bin.accuracy - bin.confidence);
    result.confidence += share * bin.confidence;
    result.accuracy += share * bin.accuracy;
    result.bins.push_back(bin);
  }
  return result;
}

LabelComparison PredictionQuality::labels() const {
  LabelComparison comparison;
  for (const LabelTally& tally : labels_) {
    const auto& rows = tally.rows;
    const double all = rows[0][0] + rows[0][1] + rows[1][0] + rows[1][1];
    if (all == 0.0) {
      break;
    }
    LabelQuality& quality = comparison.rules.emplace_back();
    quality.rule = tally.rule;
    quality.threshold = tally.threshold;
    quality.used = tally.threshold == target_.threshold;
    quality.accuracy = (rows[0][0] + rows[1][1]) / all;
    // Classes without rows do not count, nor do those that are not even predicted.
    double recalls = 0.0;
    double present = 0.0;
    double f1 = 0.0;
    double met = 0.0;
    for (std::size_t c = 0; c < 2; ++c) {
      const double truly = rows[c][0] + rows[c][1];
      const double labelled = rows[0][c] + rows[1][c];
      if (truly > 0.0) {
        recalls += rows[c][c] / truly;
        present += 1.0;
      }
      if (truly + labelled > 0.0) {
        f1 += 2.0 * rows[c][c] / (truly + labelled);
        met += 1.0;
      }
    }
    quality.balanced_accuracy = recalls / present;
    quality.f1 = f1 / met;
  }
  if (!comparison.rules.empty()) {
    comparison.second_class = target_.classes[1];
  }
  return comparison;
}

std::vector<TruthPairs> PredictionQuality::pairs() const {
  std::vector<TruthPairs> result;
  if (sample_.empty()) {
    return result;
  }
  std::vector<Sampled> sample = sample_;
  std::sort(sample.begin(), sample.end(),
            [](const Sampled& a, const Sampled& b) { return a.row < b.row; });
  const auto n = static_cast<double>(rows_);
  for (std::size_t t = 0; t < moments_.size(); ++t) {
    const Moments& m = moments_[t];
    TruthPairs& of = result.emplace_back();
    of.target = t < target_.names.size() ? target_.names[t] : "";
    of.rows = rows_;
    of.bias = (m.predicted - m.truth) / n + m.first_predicted - m.first_truth;
    const double spread = (m.truth_squares - m.truth * m.truth / n) *
                          (m.predicted_squares - m.predicted * m.predicted / n);
    of.correlation = spread > 0.0 ? (m.products - m.truth * m.predicted / n) / std::sqrt(spread)
                                  : std::numeric_limits<double>::quiet_NaN();
    std::vector<double> distances;
    for (const Sampled& sampled : sample) {
      of.pairs.push_back(sampled.pairs[t]);
      distances.push_back(std::abs(sampled.pairs[t].predicted - sampled.pairs[t].truth));
    }
    std::sort(distances.begin(), distances.end());
    of.half_within = quantile(distances, 0.5);
    of.most_within = quantile(distances, 0.9);
  }
  return result;
}

}  // namespace hpsearch::nn
