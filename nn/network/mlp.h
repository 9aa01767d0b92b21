// A multilayer perceptron on oneDNN: forward and backward pass over one mini-batch.
//
// Shapes: a batch holds up to `batch_rows` rows; layer l maps width(l) to width(l + 1); width(0) is
// the number of inputs, the last width that of outputs. Matrices are row-major float32 with
// rows of padded(width) floats; in bfloat16 the operands of the products are rounded copies, and
// all else stays float32. A hidden layer is Linear, BatchNorm, activation, dropout, in this order;
// the last layer gives logits, or for regression the numbers themselves. Not thread-safe: owned by
// one trial and used on one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/kernels/activation.h"
#include "nn/kernels/matmul.h"
#include "nn/kernels/rounded_weights.h"
#include "nn/network/batch_norm.h"
#include "nn/network/dropout.h"
#include "nn/network/loss.h"
#include "nn/network/parameter.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// The parameters of one linear layer and their gradients. Weights are [in][out], padded(in) rows of
// columns() floats: maxout's pieces lie side by side, each in padded(out) columns. Padding is zero.
struct LinearLayer {
  std::size_t in = 0;
  std::size_t out = 0;  // units; of maxout each has `pieces` linear functions
  FloatBuffer weights;
  FloatBuffer bias;
  FloatBuffer weight_gradient;  // of the mean data loss; the penalty is the optimizer's
  FloatBuffer bias_gradient;
  std::size_t pieces = 1;
  RoundedWeights rounded;  // of a network in bfloat16

  std::size_t columns() const { return pieces * padded(out); }
};

// What a hidden layer has beside its linear part, and what it computed for the last batch.
struct HiddenLayer {
  ActivationSpec activation;
  std::optional<BatchNorm> norm;
  Dropout dropout;
  FloatBuffer linear;        // (rows, columns): x W + b, kept where the backward pass needs it
  FloatBuffer normalised;    // likewise, after batch normalisation, for maxout
  FloatBuffer output;        // (rows, padded width): the activation
  FloatBuffer dropped;       // likewise, after dropout, where that is not done in place
  FloatBuffer delta;         // dL/d(what the next layer reads)
  FloatBuffer delta_linear;  // dL/d(linear), where it is wider than delta: of maxout
  // Of a network in bfloat16: what the next layer reads, and dL/d(linear).
  Bfloat16Buffer rounded = {};
  Bfloat16Buffer rounded_delta = {};
};

class Mlp {
 public:
  // Draws the initial weights from `seed`. Requires inputs, outputs and batch_rows > 0.
  // evaluate() takes up to max_evaluation_rows, or batch_rows where that is more.
  // Throws std::bad_alloc if the network does not fit into memory, and SettingError where the
  // precision is not to be had. Large networks take seconds to draw: where `stop` is requested
  // meanwhile, the rest stays zero.
  Mlp(const Settings& settings,
      std::size_t inputs,
      std::size_t outputs,
      std::size_t batch_rows,
      std::uint64_t seed,
      const std::stop_token& stop = {},
      std::size_t max_evaluation_rows = 0);

  // Where the caller puts the inputs of the next batch: evaluation_rows() x padded(inputs). Columns
  // beyond `inputs` must stay zero. Rows beyond those in use may hold anything finite.
  std::span<float> inputs() { return inputs_; }
  // Where they go instead, if it is not empty.
  std::span<Bfloat16> rounded_inputs() {
    return takes_floats() ? std::span<Bfloat16>() : std::span(rounded_inputs_);
  }
  std::size_t input_stride() const { return padded(layers_.front().in); }
  std::size_t batch_rows() const { return batch_rows_; }
  std::size_t evaluation_rows() const { return evaluation_rows_; }
  bool in_bfloat16() const { return bfloat16_; }

  // Training mode: forward pass over the first targets.rows() rows with the dropout masks of update
  // `step` (from 0) and the batch's own statistics, the loss (batch_loss), backward pass.
  // Overwrites all gradients with those of the mean loss over these rows, and the inputs where they
  // are dropped. With batch normalisation requires 2 rows. Where there are `accumulators`, one
  // array a layer, the gradients of the weights are added to them and stored nowhere else.
  BatchLoss forward_backward(const BatchTargets& targets,
                             std::uint32_t step,
                             std::span<float* const> accumulators = {});

  // Evaluation mode: no dropout, running statistics; changes no parameter, statistic or gradient.
  // `predicted` as batch_loss has it.
  BatchLoss evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted = {});

  // After the weights have changed other than by an optimizer.
  void round_weights();

  // What the last evaluate() gave: evaluation_rows() x output_stride(), each row's outputs first.
  std::span<const float> outputs() const { return outputs_; }
  std::size_t output_stride() const { return padded(layers_.back().out); }

  std::span<LinearLayer> layers() { return layers_; }
  std::span<const LinearLayer> layers() const { return layers_; }
  std::span<HiddenLayer> hidden() { return hidden_; }
  std::span<const HiddenLayer> hidden() const { return hidden_; }

  // Every trainable array, from the first layer on: "layers.N.weight", "layers.N.bias" (unless
  // `bias` is false), "layers.N.norm.gamma", "layers.N.norm.beta". Valid while this object stays
  // where it is.
  std::vector<Parameter> parameters();

 private:
  enum class Mode { kTraining, kEvaluation };
  // What a linear layer read: one of the two.
  struct Operand {
    const float* single = nullptr;
    const Bfloat16* rounded = nullptr;
  };
  // Whether inputs() is what callers fill: dropout comes before the rounding.
  bool takes_floats() const { return !bfloat16_ || input_dropout_.active(); }
  void make_products(std::size_t l, bool relu);
  Operand read_inputs(std::size_t rows, Mode mode, std::uint32_t step);
  void forward(std::size_t rows, Mode mode, std::uint32_t step);
  Operand forward_hidden(std::size_t l, std::size_t rows, Mode mode, std::uint32_t step);
  void backward(std::size_t rows, std::uint32_t step, std::span<float* const> accumulators);
  float* backward_hidden(std::size_t l, std::size_t rows, std::uint32_t step);
  Matmul weight_product(std::size_t l, bool accumulate);

  std::size_t batch_rows_;
  std::size_t evaluation_rows_;
  bool bias_;
  bool bfloat16_;
  Dropout input_dropout_;
  std::vector<LinearLayer> layers_;
  std::vector<HiddenLayer> hidden_;  // hidden_[l] follows layers_[l]; one fewer
  FloatBuffer inputs_;
  Bfloat16Buffer rounded_inputs_;
  FloatBuffer outputs_;  // the logits, then their gradient
  Bfloat16Buffer rounded_outputs_;
  std::vector<Operand> reads_;  // of each linear layer in the last forward pass
  MatmulContext context_;
  std::vector<Matmul> forward_;           // one a layer
  std::vector<Matmul> evaluation_;        // likewise, where evaluations take more rows
  std::vector<Matmul> weight_gradients_;  // one a layer
  std::vector<Matmul> accumulations_;     // likewise, adding; made when first wanted
  std::vector<Matmul> input_gradients_;   // one a layer but the first, whose inputs need none
};

}  // namespace hpsearch::nn
