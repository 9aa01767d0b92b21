// A multilayer perceptron on oneDNN: forward and backward pass over one mini-batch.
//
// Shapes: a batch holds up to `batch_rows` rows; layer l maps width(l) to width(l + 1); width(0) is
// the number of inputs, the last width that of outputs. Matrices are row-major float32 with
// rows of padded(width) floats. Hidden layers: Linear, ReLU, dropout; the last layer gives logits,
// or for regression the number itself. Not thread-safe: owned by one trial and used on one thread
// at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/aligned.h"
#include "nn/loss.h"
#include "nn/matmul.h"
#include "nn/settings.h"

namespace hpsearch::nn {

// The parameters of one linear layer and their gradients. Weights are [in][out], rows of
// padded(out) floats, padded(in) rows; padding is zero.
struct LinearLayer {
  std::size_t in = 0;
  std::size_t out = 0;
  FloatBuffer weights;
  FloatBuffer bias;
  FloatBuffer weight_gradient;  // of the mean data loss; the penalty is the optimizer's
  FloatBuffer bias_gradient;
};

class Mlp {
 public:
  // Draws the initial weights from `seed`. Requires inputs, outputs and batch_rows > 0.
  // Throws std::bad_alloc if the network does not fit into memory. Large networks take seconds to
  // draw: where `stop` is requested meanwhile, the rest stays zero.
  Mlp(const Settings& settings,
      std::size_t inputs,
      std::size_t outputs,
      std::size_t batch_rows,
      std::uint64_t seed,
      const std::stop_token& stop = {});

  // Where the caller puts the inputs of the next batch: batch_rows x padded(inputs). Columns beyond
  // `inputs` must stay zero. Rows beyond those in use may hold anything finite.
  std::span<float> inputs();
  std::size_t input_stride() const { return padded(widths_.front()); }
  std::size_t batch_rows() const { return batch_rows_; }

  // Training mode: forward pass over the first targets.rows() rows with the dropout masks of update
  // `step` (from 0), the task's loss (batch_loss), backward pass. Overwrites all gradients with
  // those of the mean loss over these rows.
  BatchLoss forward_backward(const BatchTargets& targets, std::uint32_t step);

  // Evaluation mode: no dropout, changes no parameter and no gradient. `predicted` as batch_loss
  // has it.
  BatchLoss evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted = {});

  // What the last evaluate() gave: batch_rows x output_stride(), each row's outputs first.
  std::span<const float> outputs() const { return activations_.back(); }
  std::size_t output_stride() const { return padded(widths_.back()); }

  std::span<LinearLayer> layers() { return layers_; }
  std::span<const LinearLayer> layers() const { return layers_; }

 private:
  void apply_dropout(std::size_t layer, std::size_t rows, std::uint32_t step);
  void backward(std::size_t rows);

  std::vector<std::size_t> widths_;
  std::size_t batch_rows_;
  double dropout_;
  std::uint64_t seed_;
  std::vector<LinearLayer> layers_;
  std::vector<FloatBuffer> activations_;  // [0]: inputs; the last: logits, then their gradient
  std::vector<FloatBuffer> deltas_;       // [l]: dL/d(activations_[l]), hidden layers only
  std::vector<std::uint16_t> dropout_bits_;
  MatmulContext context_;
  std::vector<Matmul> forward_;           // one a layer
  std::vector<Matmul> weight_gradients_;  // one a layer
  std::vector<Matmul> input_gradients_;   // one a layer but the first, whose inputs need none
};

}  // namespace hpsearch::nn
