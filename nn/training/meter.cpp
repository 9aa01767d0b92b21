#include "nn/training/meter.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hpsearch::nn {

std::uint64_t score_key(float score, std::uint32_t label) {
  constexpr std::uint32_t kSign = 0x80000000;
  const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F);  // -0 becomes 0
  // IEEE 754 magnitudes sort like integers. A set sign bit reverses their order and puts them
  // first.
  const std::uint32_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return std::uint64_t{ordered} << 1 | label;
}

double area_under_curve(std::span<std::uint64_t> keys) {
  std::sort(keys.begin(), keys.end());
  // Counts pairs (row of class 1, row of class 0) in ascending order of scores. Doubled, so that a
  // tied pair counts 1 and everything stays an integer.
  std::uint64_t negatives = 0;  // below the current score
  std::uint64_t positives = 0;
  std::uint64_t twice = 0;
  for (std::size_t i = 0; i < keys.size();) {
    const std::uint64_t score = keys[i] >> 1;
    std::uint64_t tied_negatives = 0;
    std::uint64_t tied_positives = 0;
    for (; i < keys.size() && keys[i] >> 1 == score; ++i) {
      ++((keys[i] & 1) != 0 ? tied_positives : tied_negatives);
    }
    twice += tied_positives * (2 * negatives + tied_negatives);
    negatives += tied_negatives;
    positives += tied_positives;
  }
  return positives == 0 || negatives == 0
             ? kUndefined
             : static_cast<double>(twice) /
                   (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

Meter::Meter(const TrainingData& data)
    : data_(data), classes_(data.dataset->classes), targets_(data.targets.size()) {}

void Meter::begin() {
  loss_ = {};
  rows_ = 0;
  std::fill(classes_.begin(), classes_.end(), ClassTally{});
  scores_.clear();
  scores_are_numbers_ = true;
  std::fill(targets_.begin(), targets_.end(), TargetTally{});
}

void Meter::add(const BatchLoss& loss,
                std::span<const std::uint32_t> rows,
                std::span<const std::uint32_t> predicted,
                const float* outputs,
                std::size_t stride) {
  loss_.loss += loss.loss;
  loss_.correct += loss.correct;
  if (data_.dataset->task == Task::kRegression) {
    add_numbers(rows, outputs, stride);
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint32_t label = data_.dataset->labels[rows[i]];
      ++classes_[label].rows;
      ++classes_[predicted[i]].predicted;
      classes_[label].correct += predicted[i] == label ? 1U : 0U;
    }
    if (classes_.size() == 2) {
      add_scores(rows, outputs, stride);
    }
  }
  rows_ += rows.size();
}

void Meter::add_numbers(std::span<const std::uint32_t> rows,
                        const float* outputs,
                        std::size_t stride) {
  for (std::size_t output = 0; output < targets_.size(); ++output) {
    TargetTally& tally = targets_[output];
    const auto target = [&](std::size_t i) {
      return data_.dataset->targets[rows[i] * targets_.size() + output];
    };
    if (rows_ == 0 && !rows.empty()) {  // the first batch
      tally.first = target(0);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double error =
          data_.targets[output].in_own_units(outputs[i * stride + output]) - target(i);
      const double shifted = target(i) - tally.first;
      tally.squared_error += error * error;
      tally.absolute_error += std::abs(error);
      tally.sum += shifted;
      tally.squares += shifted * shifted;
    }
  }
}

void Meter::add_scores(std::span<const std::uint32_t> rows,
                       const float* outputs,
                       std::size_t stride) {
  const bool one_output = data_.dataset->task == Task::kBinary;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float* z = outputs + i * stride;
    // A softmax over two outputs ranks rows by the difference of the logits.
    const float score = one_output ? z[0] : z[1] - z[0];
    scores_are_numbers_ = scores_are_numbers_ && !std::isnan(score);
    scores_.push_back(score_key(score, data_.dataset->labels[rows[i]]));
  }
}

double Meter::balanced_accuracy() const {
  double sum = 0.0;
  std::size_t present = 0;
  for (const ClassTally& c : classes_) {
    if (c.rows > 0) {
      sum += static_cast<double>(c.correct) / static_cast<double>(c.rows);
      ++present;
    }
  }
  return sum / static_cast<double>(present);
}

double Meter::f1() const {
  double sum = 0.0;
  std::size_t present = 0;
  for (const ClassTally& c : classes_) {
    if (c.rows + c.predicted > 0) {  // = 2 tp + fp + fn
      sum += 2.0 * static_cast<double>(c.correct) / static_cast<double>(c.rows + c.predicted);
      ++present;
    }
  }
  return sum / static_cast<double>(present);
}

Evaluation Meter::result() {
  const bool regression = data_.dataset->task == Task::kRegression;
  const double n = static_cast<double>(std::max<std::size_t>(rows_, 1));
  Evaluation evaluation{loss_.loss / n,
                        regression ? kUndefined : static_cast<double>(loss_.correct) / n};
  if (rows_ == 0) {
    return evaluation;
  }
  if (regression) {
    const double count = static_cast<double>(targets_.size());
    double absolute_error = 0.0;
    double r2 = 0.0;
    evaluation.rmse = 0.0;
    for (const TargetTally& tally : targets_) {
      // The sum of squared deviations from the mean.
      const double spread = tally.squares - tally.sum * tally.sum / n;
      evaluation.rmse += std::sqrt(tally.squared_error / n) / count;
      absolute_error += tally.absolute_error;
      r2 += spread > 0.0 ? 1.0 - tally.squared_error / spread : kUndefined;
    }
    evaluation.mae = absolute_error / (n * count);
    evaluation.r2 = r2 / count;
    return evaluation;
  }
  evaluation.balanced_accuracy = balanced_accuracy();
  evaluation.f1 = f1();
  if (classes_.size() == 2 && scores_are_numbers_) {
    evaluation.auc = area_under_curve(scores_);
  }
  return evaluation;
}

}  // namespace hpsearch::nn
