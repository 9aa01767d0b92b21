// Batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2), with PyTorch's conventions.
#pragma once

#include <cstddef>
#include <vector>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, each column on its own. In training the
// mean and the biased variance are those of the batch, and the running ones move towards them:
//   running = (1 - momentum) running + momentum batch, with the unbiased variance.
// In evaluation they are the running ones. Rows have `width` floats, a multiple of 16; columns
// whose gamma is 0 are padding: they stay 0.
struct BatchNorm {
  // gamma 1, beta 0, running mean 0 and variance 1 in the first `used` of each `block` columns.
  BatchNorm(
      std::size_t width, std::size_t block, std::size_t used, double momentum, double epsilon);

  // Requires at least 2 rows. y may not be x.
  void train(const float* x, std::size_t rows, float* y);

  // Changes no parameter and no statistic. y may not be x.
  void evaluate(const float* x, std::size_t rows, float* y);

  // From delta = dL/dy of the last train() over x to dL/dx, in place; sets the gradients of gamma
  // and beta.
  void backward(const float* x, std::size_t rows, float* delta);

  FloatBuffer gamma, beta, gamma_gradient, beta_gradient;
  FloatBuffer running_mean, running_variance;

 private:
  std::size_t width_;
  double momentum_;
  double epsilon_;
  FloatBuffer mean_, inverse_deviation_;  // of the last batch
  FloatBuffer factor_;                    // scratch
  std::vector<double> sums_;
};

}  // namespace hpsearch::nn
