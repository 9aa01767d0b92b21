#include "nn/training/prediction_tally.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::nn {
namespace {

// A strict order even with NaN, which sorts first: a row without a valid loss must not get lost.
bool is_harder(const HardRow& a, const HardRow& b) {
  if (std::isnan(a.loss) != std::isnan(b.loss)) {
    return std::isnan(a.loss);
  }
  return a.loss > b.loss || (!(a.loss < b.loss) && a.row < b.row);
}

}  // namespace

PredictionTally::PredictionTally(const TrainingData& data, std::size_t keep, double threshold)
    : data_(data), keep_(keep), cut_(label_cut(threshold)) {}

void PredictionTally::add(std::span<const std::uint32_t> rows,
                          const float* outputs,
                          std::size_t stride) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float* out = outputs + i * stride;
    if (data_.dataset->task == Task::kRegression) {
      keep(judge_numbers(rows[i], out));
      continue;
    }
    HardRow row = judge_class(rows[i], out);
    ++confusion_[{row.truth, row.predicted}];
    keep(std::move(row));
  }
  rows_ += rows.size();
}

HardRow PredictionTally::judge_class(std::uint32_t row, const float* outputs) const {
  // A single logit belongs to class 1; that of class 0 is then 0.
  const bool binary = data_.dataset->task == Task::kBinary;
  const std::size_t classes = binary ? 2 : data_.dataset->classes;
  const auto logit = [&](std::size_t c) {
    return binary ? (c == 0 ? 0.0 : static_cast<double>(outputs[0]))
                  : static_cast<double>(outputs[c]);
  };
  std::size_t top = 0;
  for (std::size_t c = 1; c < classes; ++c) {
    if (logit(c) > logit(top)) {
      top = c;
    }
  }
  const std::size_t predicted = !binary ? top : outputs[0] > cut_ ? 1 : 0;
  // -ln softmax(z)_truth, with the largest logit taken out so that no exponential overflows.
  const double largest = logit(top);
  double sum = 0.0;
  for (std::size_t c = 0; c < classes; ++c) {
    sum += std::exp(logit(c) - largest);
  }
  HardRow judged;
  judged.row = row;
  judged.truth = data_.dataset->labels[row];
  judged.predicted = static_cast<std::uint32_t>(predicted);
  judged.loss = largest - logit(judged.truth) + std::log(sum);
  judged.truth_probability = std::exp(logit(judged.truth) - largest) / sum;
  judged.predicted_probability = std::exp(logit(predicted) - largest) / sum;
  return judged;
}

HardRow PredictionTally::judge_numbers(std::uint32_t row, const float* outputs) const {
  const std::size_t targets = data_.dataset->outputs;
  HardRow judged;
  judged.row = row;
  for (std::size_t t = 0; t < targets; ++t) {
    const double truth = data_.dataset->targets[row * targets + t];
    const double error = static_cast<double>(outputs[t]) -
                         static_cast<double>(data_.targets[t].in_training_units(truth));
    judged.loss += error * error / static_cast<double>(targets);
    judged.true_values.push_back(truth);
    judged.predicted_values.push_back(data_.targets[t].in_own_units(outputs[t]));
  }
  return judged;
}

void PredictionTally::keep(HardRow row) {
  if (hardest_.size() == keep_ && (keep_ == 0 || !is_harder(row, hardest_.back()))) {
    return;
  }
  // A sorted insertion: `keep_` is small, and most rows fail the test above.
  const auto place = std::upper_bound(hardest_.begin(), hardest_.end(), row, is_harder);
  hardest_.insert(place, std::move(row));
  hardest_.resize(std::min(hardest_.size(), keep_));
}

std::vector<ConfusionCount> PredictionTally::confusion() const {
  std::vector<ConfusionCount> counts;
  for (const auto& [pair, rows] : confusion_) {
    counts.push_back({pair.first, pair.second, rows});
  }
  return counts;
}

std::vector<HardRow> PredictionTally::hardest() const {
  return hardest_;
}

}  // namespace hpsearch::nn
