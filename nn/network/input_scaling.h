// A trainable factor for each input, y = diag(s) x, folded into the first layer's weights.
#pragma once

#include <cstddef>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

// With x diag(s) W = x (diag(s) W), a product with scaled weights needs no pass over the inputs
// and, for the gradient of s, no product with the inputs' gradient: for G = dL/d(diag(s) W),
//   dL/ds_i = sum over j of G_ij W_ij,   dL/dW_ij = s_i G_ij.
// Weights are (padded(inputs) x columns), row-major without gaps. Not thread-safe.
struct InputScaling {
  // Sets s to 1. The padding of s is 0, and so is its gradient. `columns` must be a multiple of 16.
  InputScaling(std::size_t inputs, std::size_t columns);

  // Sets scaled_weights to diag(s) `weights`.
  void scale(const FloatBuffer& weights);

  // Turns `gradient`, which holds G, into the gradient of `weights` in place and overwrites the
  // gradient of s.
  void backward(const FloatBuffer& weights, FloatBuffer& gradient);

  // Of padded(inputs) floats each.
  FloatBuffer factors, factors_gradient;
  FloatBuffer scaled_weights;
};

}  // namespace hpsearch::nn
