// A multilayer perceptron: forward and backward pass over one mini-batch.
//
// Shapes: a batch has up to `batch_rows` rows. Layer l maps width(l) to width(l + 1), where
// width(0) is the number of inputs and the last width that of the outputs. Matrices are row-major
// float32 with rows of padded(width) floats. In bfloat16, the products read rounded copies of their
// operands and everything else stays float32.
//
// Embedded inputs (network_inputs.h) reach the first layer as themselves and as their embeddings.
// Of these, periodic ones are appended to the inputs, while bins go through no matrix product.
//
// With `scaling`, each input is first multiplied by a factor of its own, after its dropout. A
// hidden layer is Linear, BatchNorm, activation and dropout, in this order. The output layer is
// Linear alone: its outputs are logits or, for regression, the predicted numbers.
//
// Not thread-safe: one trial owns a network and uses it on one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/kernels/matmul.h"
#include "nn/network/dropout.h"
#include "nn/network/input_scaling.h"
#include "nn/network/layers.h"
#include "nn/network/loss.h"
#include "nn/network/network_inputs.h"
#include "nn/network/parameter.h"
#include "nn/network/periodic_embedding.h"
#include "nn/network/piecewise_linear.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// The smallest and the largest value that an output may have.
struct OutputRange {
  float least = 0.0F;
  float most = 0.0F;
};

class Mlp {
 public:
  // Draws the initial weights from `seed`. Requires inputs, outputs and batch_rows > 0. evaluate()
  // takes up to max_evaluation_rows rows, or batch_rows if that is larger.
  //
  // Throws std::bad_alloc if the network does not fit into memory, and SettingError if this CPU
  // lacks the precision. Large networks take seconds to draw; when `stop` is requested meanwhile,
  // the remaining weights stay zero.
  Mlp(const Settings& settings,
      NetworkInputs inputs,
      std::size_t outputs,
      std::size_t batch_rows,
      std::uint64_t seed,
      const std::stop_token& stop = {},
      std::size_t max_evaluation_rows = 0);

  // The caller writes the numbers of the next batch here: the first columns of evaluation_rows() x
  // input_stride(). All other columns must stay as they are. Rows beyond those of the batch may
  // hold any finite numbers.
  std::span<float> inputs() { return inputs_; }
  // Unless empty, the place to write them instead, already rounded.
  std::span<Bfloat16> rounded_inputs() {
    return takes_floats() ? std::span<Bfloat16>() : std::span(rounded_inputs_);
  }
  std::size_t input_stride() const { return padded(network_inputs_.multiplied()); }
  const NetworkInputs& network_inputs() const { return network_inputs_; }
  std::size_t batch_rows() const { return batch_rows_; }
  std::size_t evaluation_rows() const { return evaluation_rows_; }
  bool in_bfloat16() const { return bfloat16_; }

  // One step in training mode over the first targets.rows() rows: a forward pass with the dropout
  // masks of update `step` (from 0) and the batch's own statistics, the loss (batch_loss), and a
  // backward pass. Overwrites all gradients with those of the mean loss, and the inputs if they are
  // subject to dropout. Requires at least 2 rows with batch normalisation, and at most
  // batch_rows().
  //
  // `accumulators`, unless empty, has one array per layer in the shape of its weights: the
  // gradients of the weights are added to these arrays and stored nowhere else. Must be empty with
  // scaling().
  BatchLoss forward_backward(const BatchTargets& targets,
                             std::uint32_t step,
                             std::span<float* const> accumulators = {});

  // Multiplies the probabilities of dropout, also of the inputs, by `factor` from now on. 1
  // restores those of the settings.
  void fade_dropout(double factor);

  // From now on, evaluate() clips each output to its range: training does not. NaN and infinity
  // become NaN, so that divergence stays visible. One range per output, or none at all.
  void clip_outputs(std::vector<OutputRange> ranges) { ranges_ = std::move(ranges); }

  // The loss in evaluation mode: no dropout, and running statistics. Changes no parameter,
  // statistic or gradient. `predicted` is that of batch_loss(). Requires at most evaluation_rows()
  // rows.
  BatchLoss evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted = {});

  // A forward pass in evaluation mode over the first `rows` inputs; outputs() has the results.
  // Changes nothing else. Requires at most evaluation_rows() rows.
  void predict(std::size_t rows) {
    forward(rows, Mode::kEvaluation, 0);
    clip(rows);
  }

  // Call after changing weights other than through an optimizer, to update their rounded copies.
  void round_weights();

  // The outputs of the last evaluate() or predict(): evaluation_rows() x output_stride(), of which
  // the first columns of each row hold the outputs.
  std::span<const float> outputs() const { return outputs_; }
  std::size_t output_stride() const { return padded(layers_.back().out); }

  std::span<LinearLayer> layers() { return layers_; }
  std::span<const LinearLayer> layers() const { return layers_; }
  std::span<HiddenLayer> hidden() { return hidden_; }
  std::span<const HiddenLayer> hidden() const { return hidden_; }

  // The factors of the inputs, if the settings ask for them.
  std::optional<InputScaling>& scaling() { return scaling_; }
  const std::optional<InputScaling>& scaling() const { return scaling_; }

  // The periodic embeddings of inputs, if there are any.
  std::optional<PeriodicEmbedding>& embedding() { return embedding_; }
  const std::optional<PeriodicEmbedding>& embedding() const { return embedding_; }

  // Views of every trainable array, layer by layer from the inputs: "scaling" if there are factors
  // of the inputs, "embedding.frequency", ".phase", ".weight" and ".bias" if there are periodic
  // embeddings, "layers.N.weight", "layers.N.bias" (unless the setting bias is false),
  // "layers.N.norm.gamma", "layers.N.norm.beta". Valid until this object is moved or destroyed.
  std::vector<Parameter> parameters();

 private:
  enum class Mode { kTraining, kEvaluation };
  // The input of a linear layer, in one of the two formats.
  struct Operand {
    const float* single = nullptr;
    const Bfloat16* rounded = nullptr;
  };
  // True if callers fill inputs(). In bfloat16 they do if dropout acts on the inputs, because it
  // must come before the rounding.
  bool takes_floats() const { return !bfloat16_ || input_dropout_.active(); }
  void make_embedding(const Settings& settings, std::size_t columns);
  void make_products(std::size_t l, bool relu);
  Operand read_inputs(std::size_t rows, Mode mode, std::uint32_t step);
  void forward(std::size_t rows, Mode mode, std::uint32_t step);
  Operand forward_hidden(std::size_t l, std::size_t rows, Mode mode, std::uint32_t step);
  void backward(std::size_t rows, std::uint32_t step, std::span<float* const> accumulators);
  float* backward_hidden(std::size_t l, std::size_t rows, std::uint32_t step);
  Matmul weight_product(std::size_t l, bool accumulate);
  void scale_inputs();
  void place_inputs(std::size_t rows);
  void backward_embedding(std::size_t rows, const float* delta);
  std::size_t multiplied(std::size_t l) const;
  bool is_fused(std::size_t l) const;
  const FloatBuffer& first_weights() const {
    return scaling_ ? scaling_->scaled_weights : layers_.front().weights;
  }
  void clip(std::size_t rows);

  NetworkInputs network_inputs_;
  std::size_t batch_rows_;
  std::size_t evaluation_rows_;
  bool bias_;
  bool bfloat16_;
  Dropout input_dropout_;
  std::optional<InputScaling> scaling_;
  std::optional<PeriodicEmbedding> embedding_;
  std::optional<PiecewiseLinear> bins_;
  std::vector<BinPlace> places_;  // (evaluation_rows_, bins_->places()): of the last batch
  std::vector<LinearLayer> layers_;
  std::vector<HiddenLayer> hidden_;  // hidden_[l] follows layers_[l]; one fewer
  FloatBuffer inputs_;
  Bfloat16Buffer rounded_inputs_;
  FloatBuffer outputs_;  // the logits, then their gradient
  std::vector<OutputRange> ranges_;
  Bfloat16Buffer rounded_outputs_;
  std::vector<Operand> reads_;  // input of each linear layer in the last forward pass
  MatmulContext context_;
  std::vector<Matmul> forward_;           // one per layer
  std::vector<Matmul> evaluation_;        // likewise; empty if evaluations take no more rows
  std::vector<Matmul> weight_gradients_;  // one per layer, overwriting
  std::vector<Matmul> accumulations_;     // likewise, adding; created on first use
  std::vector<Matmul> input_gradients_;   // one per layer but the first
  std::optional<Matmul> wave_gradient_;   // of the first, whose inputs need none but embeddings
  FloatBuffer wave_delta_;                // its result: (batch_rows_, padded(waves))
};

}  // namespace hpsearch::nn
