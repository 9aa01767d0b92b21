// Accumulates the quality of predictions batch by batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/network/loss.h"
#include "nn/training/evaluation.h"

namespace hpsearch::nn {

// Not thread-safe. Allocates only when a set of rows is larger than all before it.
class Meter {
 public:
  // `data` must outlive this object.
  explicit Meter(const TrainingData& data);

  // Starts a new set of rows.
  void begin();

  // Adds a batch: its loss, its rows of the data set, the predicted class of each (empty for
  // regression) and the outputs, a matrix (rows x stride).
  void add(const BatchLoss& loss,
           std::span<const std::uint32_t> rows,
           std::span<const std::uint32_t> predicted,
           const float* outputs,
           std::size_t stride);

  // The evaluation of everything added since begin(). Without rows, loss and accuracy are 0.
  Evaluation result();

 private:
  struct ClassTally {
    std::size_t rows = 0;       // rows of this class: tp + fn
    std::size_t predicted = 0;  // rows predicted to be: tp + fp
    std::size_t correct = 0;    // both: tp
  };

  void add_numbers(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);
  void add_scores(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);
  double balanced_accuracy() const;
  double f1() const;

  const TrainingData& data_;
  BatchLoss loss_;
  std::size_t rows_ = 0;
  std::vector<ClassTally> classes_;

  // For AUC: one score_key() per row.
  std::vector<std::uint64_t> scores_;
  bool scores_are_numbers_ = true;

  // For regression, one per target. Sums and squares are of the targets minus the first one,
  // because the squares of large numbers with small differences would lose these differences.
  struct TargetTally {
    double squared_error = 0.0;
    double absolute_error = 0.0;
    double first = 0.0;
    double sum = 0.0;
    double squares = 0.0;
  };
  std::vector<TargetTally> targets_;
};

// An integer that sorts like the score, with the row's class (0 or 1) in the last bit. Requires a
// score that is not NaN. Equal scores, including 0 and -0, give keys that differ only in that bit.
std::uint64_t score_key(float score, std::uint32_t label);

// The area under the ROC curve: the probability that a row of class 1 has a higher score than one
// of class 0, with ties counted half. Exact, by the U statistic of one sort (Mann and Whitney
// 1947). NaN if either class has no rows. Sorts `keys`.
double area_under_curve(std::span<std::uint64_t> keys);

}  // namespace hpsearch::nn
