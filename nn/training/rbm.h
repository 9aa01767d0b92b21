// A restricted Boltzmann machine: binary visible and hidden units, trained by one step of
// contrastive divergence (CD-1; Hinton 2002, "Training products of experts by minimizing
// contrastive divergence").
//
// With s(x) = 1 / (1 + exp(-x)), weights W (visible x hidden), biases b (visible) and c (hidden),
// one update over n rows v0 is
//   p0 = s(v0 W + c),  h0 = 1 where u < p0 else 0,  v1 = s(h0 W' + b),  p1 = s(v1 W + c)
//   W += rate (v0' p0 - v1' p1) / n,  b += rate mean(v0 - v1),  c += rate mean(p0 - p1)
// for numbers u uniform on [0, 1). Only the hidden units are sampled; everything else uses
// probabilities (Hinton 2010, "A practical guide to training restricted Boltzmann machines",
// section 3).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/base/random.h"
#include "nn/kernels/matmul.h"

namespace hpsearch::nn {

// Matrices are row-major float32 with rows of padded(width) floats, as in an Mlp. Movable; not
// thread-safe.
class Rbm {
 public:
  // Sets all parameters to zero. Requires all three numbers > 0. Throws std::bad_alloc if the
  // machine does not fit into memory.
  Rbm(std::size_t visible, std::size_t hidden, std::size_t batch_rows);

  std::size_t visible() const { return visible_; }
  std::size_t hidden() const { return hidden_; }
  std::size_t batch_rows() const { return batch_rows_; }

  // Weights [visible][hidden]: padded(visible) rows of padded(hidden) floats. Padding is zero and
  // must stay so.
  FloatBuffer& weights() { return weights_; }
  const FloatBuffer& weights() const { return weights_; }
  FloatBuffer& visible_bias() { return visible_bias_; }
  const FloatBuffer& visible_bias() const { return visible_bias_; }
  FloatBuffer& hidden_bias() { return hidden_bias_; }
  const FloatBuffer& hidden_bias() const { return hidden_bias_; }

  // Draws the weights from N(0, 0.01^2) in row-major order and sets the biases to zero (Hinton
  // 2010, section 8). When `stop` is requested, the remaining weights stay as they are.
  void initialise(Stream& stream, const std::stop_token& stop = {});

  // The caller writes the visible values of the next batch here, each in [0, 1]: batch_rows x
  // padded(visible). Columns beyond `visible` must stay zero. Rows beyond those of the batch may
  // hold any finite numbers.
  std::span<float> inputs();

  // One update from the first `rows` rows of inputs(). Requires 0 < rows <= batch_rows and
  // `uniforms` (rows x hidden) without gaps, each in [0, 1). Returns the reconstruction error
  // before the update, the mean of (v0 - v1)^2 over all elements.
  double update(std::size_t rows, std::span<const float> uniforms, double learning_rate);

  // The same with uniform numbers of 24 bits from `stream`, row by row.
  double update(std::size_t rows, Stream& stream, double learning_rate);

  // Writes the hidden probabilities s(v W + c) of the first `rows` rows of inputs() to `out`, a
  // matrix (batch_rows x padded(hidden)). Its columns beyond `hidden` become zero, its rows beyond
  // `rows` unspecified but finite.
  void propagate(std::size_t rows, float* out);

 private:
  void add_differences(std::size_t rows, double learning_rate);

  std::size_t visible_;
  std::size_t hidden_;
  std::size_t batch_rows_;
  FloatBuffer weights_;
  FloatBuffer visible_bias_;
  FloatBuffer hidden_bias_;
  // v0 on top of v1, and p0 on top of -p1: one product of the two gives v0' p0 - v1' p1.
  FloatBuffer visible_rows_;
  FloatBuffer hidden_rows_;
  FloatBuffer sample_;  // h0
  FloatBuffer gradient_;
  std::vector<float> uniforms_;
  std::unique_ptr<MatmulContext>
      context_;  // on the heap, so that moving this object does not move it
  Matmul up_;
  Matmul down_;
  Matmul differences_;
};

}  // namespace hpsearch::nn
