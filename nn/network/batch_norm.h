// Batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2), with PyTorch's conventions. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, column by column.
//
// Training uses the batch's mean and biased variance, and moves the running statistics towards
// them:
//   running = (1 - momentum) running + momentum batch, where the variance is the unbiased one.
// Evaluation uses the running statistics. All matrices are (rows x width), row-major without gaps,
// with a width that is a multiple of 16. Padding columns have gamma 0 and stay 0.
struct BatchNorm {
  // Sets gamma 1, beta 0, running mean 0 and running variance 1 in the first `used` columns of each
  // block of `block` columns (maxout has a block per piece); the others are padding. Requires
  // momentum in [0, 1] and epsilon > 0.
  BatchNorm(
      std::size_t width, std::size_t block, std::size_t used, double momentum, double epsilon);

  // Normalises by the batch's statistics and keeps them for backward(). Requires at least 2 rows
  // and arrays that do not overlap.
  void train(const float* x, std::size_t rows, float* y);

  // Normalises by the running statistics; changes none of them. Requires arrays that do not
  // overlap.
  void evaluate(const float* x, std::size_t rows, float* y);

  // Turns delta = dL/dy into dL/dx in place and overwrites the gradients of gamma and beta.
  // Requires the x and rows of the last train().
  void backward(const float* x, std::size_t rows, float* delta);

  // Of `width` floats each. The gradients are those of the loss that delta comes from.
  FloatBuffer gamma, beta, gamma_gradient, beta_gradient;
  FloatBuffer running_mean, running_variance;

 private:
  std::size_t width_;
  double momentum_;
  double epsilon_;
  FloatBuffer mean_, inverse_deviation_;  // of the last batch
  FloatBuffer factor_;                    // scratch of evaluate(): 1 / running deviation
  std::vector<double> sums_;              // scratch of train(): squared deviations
};

}  // namespace hpsearch::nn
