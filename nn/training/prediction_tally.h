// What a network says of rows, summed up for people: which classes it takes for which, and the rows
// that it is worst at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "nn/data/training_data.h"

namespace hpsearch::nn {

// So many rows of one class were taken for a class, this or another.
struct ConfusionCount {
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  std::size_t rows = 0;
};

struct HardRow {
  std::uint32_t row = 0;  // of the data set
  double loss = 0.0;  // of classes the cross-entropy; of a regression the mean over the targets of
                      // the squared error in training units; NaN where an output is none

  // Of classes.
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  double truth_probability = 0.0;
  double predicted_probability = 0.0;

  // Of a regression, one a target, in their own units.
  std::vector<double> true_values = {};
  std::vector<double> predicted_values = {};
};

// Used by one thread.
class PredictionTally {
 public:
  // Keeps the `keep` rows with the largest losses. `data` must outlive this.
  PredictionTally(const TrainingData& data, std::size_t keep);

  // Rows of the data set and the network's outputs for them (logits, or for a regression numbers in
  // training units): rows of `stride` floats. A class is predicted as batch_loss() does it.
  void add(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);

  std::size_t rows() const { return rows_; }

  // The pairs that occur, by truth, then by what was predicted; none for a regression.
  std::vector<ConfusionCount> confusion() const;

  // The largest loss first, what is no number before all; of equal ones the lower row.
  std::vector<HardRow> hardest() const;

 private:
  HardRow judge_class(std::uint32_t row, const float* outputs) const;
  HardRow judge_numbers(std::uint32_t row, const float* outputs) const;
  void keep(HardRow row);

  const TrainingData& data_;
  std::size_t keep_;
  std::size_t rows_ = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> confusion_;
  std::vector<HardRow> hardest_;  // in the order of hardest()
};

}  // namespace hpsearch::nn
