// The weighted mean of what several networks say of the same rows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// How many numbers read_outputs() makes of a row: a probability of each class, or one a target.
std::size_t prediction_width(const ModelTarget& target);

// Not thread-safe.
class MeanPrediction {
 public:
  // `target`: of the mean, whose scaling need not be any member's. Must outlive this object.
  MeanPrediction(const ModelTarget& target, std::size_t rows);

  // Adds `weight` times the predictions of a network for rows [first, first + count): its outputs,
  // as Predictor and Trainer hand them out. `member`: its own target.
  void add(const ModelTarget& member,
           double weight,
           std::size_t first,
           std::size_t count,
           const float* outputs,
           std::size_t stride);
  // The same for predictions that were read already. Shape: (rows, prediction_width()).
  void add(double weight, std::span<const double> predictions);

  // Shape: (rows, prediction_width()). Where the weights add up to 1, of probabilities as well.
  std::span<const double> values() const { return values_; }

  // Outputs of which read_outputs() makes the values again, up to rounding to float: logarithms of
  // the probabilities, or numbers in training units. Shape: (count, target.outputs()).
  void write_outputs(std::size_t first, std::size_t count, float* outputs) const;

 private:
  const ModelTarget& target_;
  std::size_t width_;
  std::vector<double> values_;
  std::vector<double> row_;
};

}  // namespace hpsearch::nn
