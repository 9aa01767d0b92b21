// Judges predictions batch by batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/network/loss.h"
#include "nn/training/evaluation.h"

namespace hpsearch::nn {

// Used by one thread. Allocates for its largest set of rows once.
class Meter {
 public:
  // `data` must outlive this.
  explicit Meter(const TrainingData& data);

  // Forgets what was added.
  void begin();

  // A batch of rows of the data set: their loss, the class that was predicted for each (none for
  // regression), and their outputs, rows of `stride` floats.
  void add(const BatchLoss& loss,
           std::span<const std::uint32_t> rows,
           std::span<const std::uint32_t> predicted,
           const float* outputs,
           std::size_t stride);

  // Of all that was added since begin(). Loss and accuracy are 0 without rows.
  Evaluation result();

 private:
  struct ClassTally {
    std::size_t rows = 0;       // that are of this class
    std::size_t predicted = 0;  // that were said to be
    std::size_t correct = 0;    // both
  };

  void add_numbers(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);
  void add_scores(std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride);
  double balanced_accuracy() const;
  double f1() const;

  const TrainingData& data_;
  BatchLoss loss_;
  std::size_t rows_ = 0;
  std::vector<ClassTally> classes_;

  // For AUC: one key a row, see area_under_curve().
  std::vector<std::uint64_t> scores_;
  bool scores_are_numbers_ = true;

  // For regression, one a target. Targets less the first one: squares of large numbers that differ
  // little would leave nothing of their difference.
  struct TargetTally {
    double squared_error = 0.0;
    double absolute_error = 0.0;
    double first = 0.0;
    double sum = 0.0;
    double squares = 0.0;
  };
  std::vector<TargetTally> targets_;
};

// A score that sorts as an unsigned number, with its row's class (0 or 1) in the last bit.
// Requires a score that is not NaN; equal scores (0 and -0 too) give equal keys but for the class.
std::uint64_t score_key(float score, std::uint32_t label);

// How likely a row of class 1 has a higher score than one of class 0, equal scores counted half:
// exact, from one sort (Mann and Whitney 1947). NaN without rows of either class. Reorders `keys`.
double area_under_curve(std::span<std::uint64_t> keys);

}  // namespace hpsearch::nn
