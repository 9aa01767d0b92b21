// Summarises a network's predictions for people: the confusion matrix, and the rows with the
// largest losses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "nn/data/training_data.h"

namespace hpsearch::nn {

// One entry of the confusion matrix: how many rows of class `truth` were predicted as `predicted`.
struct ConfusionCount {
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  std::size_t rows = 0;
};

// A row and the network's prediction for it.
struct HardRow {
  std::uint32_t row = 0;  // of the data set
  // Classification: the cross-entropy. Regression: the squared error in training units, averaged
  // over the targets. NaN if an output is NaN.
  double loss = 0.0;

  // Classification only. Probabilities are those of the softmax.
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  double truth_probability = 0.0;
  double predicted_probability = 0.0;

  // Regression only: one number per target, in its own unit.
  std::vector<double> true_values = {};
  std::vector<double> predicted_values = {};
};

// Not thread-safe.
class PredictionTally {
 public:
  // Keeps the `keep` rows with the largest losses. `data` must outlive this object. `threshold`:
  // the probability above which the second of two classes is the label.
  PredictionTally(const TrainingData& data, std::size_t keep, double threshold = 0.5);

  // Adds rows of the data set with their outputs, a matrix (rows x stride) of logits or, for
  // regression, of numbers in training units. With a threshold of 0.5 predicts the same classes as
  // batch_loss().
  void add(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);

  // The number of rows added.
  std::size_t rows() const { return rows_; }

  // The entries that are not zero, ordered by true, then by predicted class; empty for regression.
  std::vector<ConfusionCount> confusion() const;

  // The kept rows, largest loss first; NaN comes before all numbers, and equal losses are ordered
  // by row.
  std::vector<HardRow> hardest() const;

 private:
  HardRow judge_class(std::uint32_t row, const float* outputs) const;
  HardRow judge_numbers(std::uint32_t row, const float* outputs) const;
  void keep(HardRow row);

  const TrainingData& data_;
  std::size_t keep_;
  float cut_;
  std::size_t rows_ = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> confusion_;
  std::vector<HardRow> hardest_;  // in the order of hardest()
};

}  // namespace hpsearch::nn
