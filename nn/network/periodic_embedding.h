// Periodic embeddings of numeric inputs (PBLD; Holzmueller et al. 2024, "Better by Default",
// section 3.2): further inputs of the first layer that are trained with it.
//
// Each embedded input x, one number, becomes three:
//   y_j = sum over k of W_jk cos(2 pi f_k x + p_k) + b_j,   j = 0, 1, 2,
// with frequencies f, phases p, weights W and biases b of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/base/random.h"
#include "nn/network/network_inputs.h"

namespace hpsearch::nn {

// Matrices are row-major. Not thread-safe.
class PeriodicEmbedding {
 public:
  // `inputs`: the columns to embed; at least one. Up to batch_rows rows are trained on at once.
  PeriodicEmbedding(std::vector<std::uint32_t> inputs,
                    std::size_t frequencies,
                    std::size_t batch_rows);

  // Draws f from N(0, sigma^2), p uniformly from (-pi, pi) and W from N(0, 1 / frequencies); b is
  // 0.
  void draw(double sigma, Stream& stream);

  std::size_t inputs() const { return inputs_.size(); }
  std::size_t frequencies() const { return frequencies_; }
  std::size_t outputs() const { return inputs_.size() * kWaves; }

  // Writes outputs() numbers to each of `rows` rows of x, from column `first` on. Shape: x (rows,
  // stride). train() also keeps what backward() needs.
  void evaluate(float* x, std::size_t rows, std::size_t stride, std::size_t first) const;
  void train(float* x, std::size_t rows, std::size_t stride, std::size_t first);

  // Overwrites the gradients, for dL/dy in `delta` (rows, delta_stride), from its column 0 on. x
  // and rows: those of the last train(), whose embedded columns are still there.
  void backward(const float* x,
                std::size_t rows,
                std::size_t stride,
                const float* delta,
                std::size_t delta_stride);

  // Shapes: f and p (inputs, padded(frequencies)), W (inputs, kWaves, padded(frequencies)), b
  // (inputs, kWaves) and padding at the end. The padding of f, p and W is 0, and so is its
  // gradient.
  FloatBuffer frequency, frequency_gradient;
  FloatBuffer phase, phase_gradient;
  FloatBuffer weight, weight_gradient;
  FloatBuffer bias, bias_gradient;

 private:
  std::vector<std::uint32_t> inputs_;
  std::size_t frequencies_;
  std::size_t stride_;  // padded(frequencies)
  // (batch_rows, inputs, stride_): cosines and sines of the last train().
  FloatBuffer cosines_;
  FloatBuffer sines_;
};

}  // namespace hpsearch::nn
