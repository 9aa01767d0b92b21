#include "nn/network/mlp.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/profile.h"
#include "nn/base/random.h"
#include "nn/base/vector_unit.h"
#include "nn/kernels/column_sums.h"
#include "nn/network/initialiser.h"
#include "nn/settings/precision.h"

namespace hpsearch::nn {
Mlp::Mlp(const Settings& settings,
         std::size_t inputs,
         std::size_t outputs,
         std::size_t batch_rows,
         std::uint64_t seed,
         const std::stop_token& stop,
         std::size_t max_evaluation_rows)
    : batch_rows_(batch_rows),
      evaluation_rows_(std::max(batch_rows, max_evaluation_rows)),
      bias_(settings.bias),
      bfloat16_(uses_bfloat16(settings, inputs, outputs)),
      input_dropout_(settings.input_dropout, seed, 0),
      inputs_(takes_floats() ? evaluation_rows_ * padded(inputs) : 0),
      rounded_inputs_(bfloat16_ ? evaluation_rows_ * padded(inputs) : 0),
      outputs_(evaluation_rows_ * padded(outputs)),
      rounded_outputs_(bfloat16_ ? batch_rows * padded(outputs) : 0) {
  const std::size_t count = settings.hidden.size() + 1;
  std::size_t in = inputs;
  for (std::size_t l = 0; l < count; ++l) {
    const bool last = l + 1 == count;
    const std::size_t out = last ? outputs : static_cast<std::size_t>(settings.hidden[l]);
    const bool pieces = !last && settings.activation.of(l) == Activation::kMaxout;
    LinearLayer layer;
    layer.in = in;
    layer.out = out;
    layer.unit = weight_unit(settings, in);
    layer.pieces = pieces ? static_cast<std::size_t>(settings.maxout_pieces) : 1;
    const std::size_t columns = layer.columns();
    layer.weights = layer.weight_gradient = FloatBuffer(padded(in) * columns);
    layer.bias = layer.bias_gradient = FloatBuffer(columns);
    if (!last) {
      HiddenLayer h = make_hidden_layer(settings, l, layer, batch_rows, evaluation_rows_, seed);
      if (bfloat16_) {
        h.rounded = Bfloat16Buffer(h.output.size());
        h.rounded_delta = Bfloat16Buffer(batch_rows * columns);
      }
      hidden_.push_back(std::move(h));
    }
    layers_.push_back(std::move(layer));
    make_products(l, !last && is_fused(hidden_[l]));
    in = out;
  }
  reads_.resize(count);
  if (settings.scaling) {
    scaling_.emplace(inputs, layers_.front().columns());
  }
  // Last, so that a network that does not fit into memory fails before any weight is drawn.
  for (std::size_t l = 0; l < count; ++l) {
    Stream stream(seed, Purpose::kInitialise, 0, static_cast<std::uint32_t>(l));
    initialise(settings, l, layers_[l], stream, stop);
  }
  round_weights();
}

// Forward:         z (rows x columns)           = x (rows x in) W (in x columns) + b
// Weight gradient: dW (in x columns)            = x' (in x rows) dz (rows x columns)
// Input gradient:  dx (rows x in)               = dz (rows x columns) W' (columns x in)
// with all widths padded.
void Mlp::make_products(std::size_t l, bool relu) {
  LinearLayer& layer = layers_[l];
  const std::size_t columns = layer.columns();
  MatmulSpec forward{.rows = batch_rows_,
                     .inner = padded(layer.in),
                     .columns = columns,
                     .b = bfloat16_ ? Layout::kPacked : Layout::kPlain,
                     .bias = bias_,
                     .epilogue = relu ? Epilogue::kRelu : Epilogue::kNone,
                     .operands = bfloat16_ ? Number::kBfloat16 : Number::kFloat32};
  forward_.emplace_back(context_, forward);
  if (bfloat16_) {
    // Evaluations read the same copy of the weights, so they take over the packing that the library
    // chose for training. The first layer needs no copy for its input gradient.
    forward.packing = forward_[l].packing();
    forward.b = forward.packing.width > 0 ? Layout::kPacked : Layout::kPlain;
    layer.rounded = RoundedWeights(padded(layer.in), columns, forward.packing, l > 0);
  }
  if (evaluation_rows_ > batch_rows_) {
    forward.rows = evaluation_rows_;
    evaluation_.emplace_back(context_, forward);
  }
  weight_gradients_.push_back(weight_product(l, false));
  if (l > 0) {
    input_gradients_.emplace_back(context_, MatmulSpec{.rows = batch_rows_,
                                                       .inner = columns,
                                                       .columns = padded(layer.in),
                                                       .b = Layout::kTransposed,
                                                       .operands = forward.operands});
  }
}

Matmul Mlp::weight_product(std::size_t l, bool accumulate) {
  return Matmul(context_, MatmulSpec{.rows = padded(layers_[l].in),
                                     .inner = batch_rows_,
                                     .columns = layers_[l].columns(),
                                     .a = Layout::kTransposed,
                                     .accumulate = accumulate,
                                     .operands = bfloat16_ ? Number::kBfloat16 : Number::kFloat32});
}

void Mlp::round_weights() {
  for (LinearLayer& layer : layers_) {
    if (bfloat16_) {
      layer.rounded.update(layer.weights.data(), 0, padded(layer.in));
    }
  }
}

BatchLoss Mlp::forward_backward(const BatchTargets& targets,
                                std::uint32_t step,
                                std::span<float* const> accumulators) {
  forward(targets.rows(), Mode::kTraining, step);
  BatchLoss loss;
  {
    const ProfileMark mark(Phase::kLoss);
    loss = batch_loss_gradient(outputs_.data(), output_stride(), layers_.back().out, targets);
  }
  backward(targets.rows(), step, accumulators);
  return loss;
}

void Mlp::fade_dropout(double factor) {
  input_dropout_.fade(factor);
  for (HiddenLayer& h : hidden_) {
    h.dropout.fade(factor);
  }
}

BatchLoss Mlp::evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted) {
  forward(targets.rows(), Mode::kEvaluation, 0);
  clip(targets.rows());
  return batch_loss(outputs_.data(), output_stride(), layers_.back().out, targets, predicted);
}

void Mlp::clip(std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < ranges_.size(); ++j) {
      float& z = outputs_[row * output_stride() + j];
      const float poison = z * 0.0F;  // NaN unless z is finite
      z = std::clamp(z, ranges_[j].least, ranges_[j].most) + poison;
    }
  }
}

Mlp::Operand Mlp::read_inputs(std::size_t rows, Mode mode, std::uint32_t step) {
  if (mode == Mode::kTraining && input_dropout_.active()) {
    const ProfileMark mark(Phase::kDropout);
    input_dropout_.apply(step, inputs_.data(), inputs_.data(), rows * input_stride());
  }
  if (!bfloat16_) {
    return {.single = inputs_.data()};
  }
  if (takes_floats()) {
    round_bfloat16(inputs_.data(), rows * input_stride(), rounded_inputs_.data());
  }
  return {.rounded = rounded_inputs_.data()};
}

// Every pass scales anew: whoever changes the weights or the factors need not say so.
void Mlp::scale_inputs() {
  if (scaling_) {
    LinearLayer& layer = layers_.front();
    scaling_->scale(layer.weights);
    if (bfloat16_) {
      layer.rounded.update(scaling_->scaled_weights.data(), 0, padded(layer.in));
    }
  }
}

void Mlp::forward(std::size_t rows, Mode mode, std::uint32_t step) {
  const ProfileMark mark(Phase::kProducts);
  // reads_[l] keeps what each layer read: the backward pass multiplies by it.
  std::vector<Matmul>& products =
      mode == Mode::kTraining || evaluation_.empty() ? forward_ : evaluation_;
  scale_inputs();
  Operand x = read_inputs(rows, mode, step);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LinearLayer& layer = layers_[l];
    reads_[l] = x;
    // Without batch normalisation or maxout, z goes straight to where its activation will be.
    float* z = l == hidden_.size()         ? outputs_.data()
               : hidden_[l].linear.empty() ? hidden_[l].output.data()
                                           : hidden_[l].linear.data();
    if (bfloat16_) {
      products[l].run(x.rounded, layer.rounded.forward(), layer.bias.data(), z);
    } else {
      const FloatBuffer& weights = l == 0 && scaling_ ? scaling_->scaled_weights : layer.weights;
      products[l].run(x.single, weights.data(), layer.bias.data(), z);
    }
    if (l < hidden_.size()) {
      x = forward_hidden(l, rows, mode, step);
    }
  }
}

// Takes a hidden layer from x W + b to the input of the next layer.
Mlp::Operand Mlp::forward_hidden(std::size_t l, std::size_t rows, Mode mode, std::uint32_t step) {
  const ProfileMark mark(Phase::kLayers);
  HiddenLayer& h = hidden_[l];
  const std::size_t width = padded(layers_[l].out);
  float* x = h.linear.empty() ? h.output.data() : h.linear.data();
  if (h.norm) {
    float* y = is_maxout(h) ? h.normalised.data() : h.output.data();
    if (mode == Mode::kTraining) {
      h.norm->train(x, rows, y);
    } else {
      h.norm->evaluate(x, rows, y);
    }
    x = y;
  }
  if (is_maxout(h)) {
    maxout(h.activation.pieces, x, rows, width, h.output.data());
  } else if (mode == Mode::kTraining && !h.slopes.empty()) {
    // These functions keep the zeros of the padding.
    activate_with_slopes(h.activation, x, h.output.data(), h.slopes.data(), rows * width);
  } else if (!is_fused(h)) {
    activate_rows(h.activation, x, h.output.data(), rows, layers_[l].out, width);
  }
  float* y = h.output.data();
  if (mode == Mode::kTraining && h.dropout.active()) {
    const ProfileMark inner(Phase::kDropout);
    if (h.slopes.empty()) {
      y = drops_in_place(h) ? h.output.data() : h.dropped.data();
      h.dropout.apply(step, h.output.data(), y, rows * width);
    } else {
      h.dropout.apply_to_both(step, h.output.data(), h.slopes.data(), rows * width);
    }
  }
  // The products run over whole batches, so the missing rows of a short one hold leftovers that
  // skip the activation. Layer by layer these could grow to infinity, and infinity times their
  // gradient of 0 is NaN.
  const std::size_t all = (mode == Mode::kTraining ? batch_rows_ : evaluation_rows_) * width;
  std::fill(y + rows * width, y + all, 0.0F);
  if (!bfloat16_) {
    return {.single = y};
  }
  round_bfloat16(y, all, h.rounded.data());
  return {.rounded = h.rounded.data()};
}

void Mlp::backward(std::size_t rows, std::uint32_t step, std::span<float* const> accumulators) {
  const ProfileMark mark(Phase::kProducts);
  const bool accumulate = !accumulators.empty();
  for (std::size_t l = accumulations_.size(); accumulate && l < layers_.size(); ++l) {
    accumulations_.push_back(weight_product(l, true));
  }
  // From the outputs down: layer l turns dL/d(its output) into dL/d(its linear part) and its own
  // gradients, then hands dL/d(its input) to layer l - 1.
  for (std::size_t l = layers_.size(); l-- > 0;) {
    LinearLayer& layer = layers_[l];
    const std::size_t columns = layer.columns();
    const bool last = l == hidden_.size();
    float* delta = last ? outputs_.data() : backward_hidden(l, rows, step);
    // The products run over whole batches: the missing rows of a short one must contribute nothing.
    std::fill(delta + rows * columns, delta + batch_rows_ * columns, 0.0F);
    if (bias_) {
      const ProfileMark inner(Phase::kLayers);
      column_sums(
          rows, columns, [=](std::size_t row, std::size_t j) { return delta[row * columns + j]; },
          [gradient = layer.bias_gradient.data()](std::size_t j, double sum) {
            gradient[j] = static_cast<float>(sum);
          });
    }
    Matmul& of_weights = accumulate ? accumulations_[l] : weight_gradients_[l];
    float* gradient = accumulate ? accumulators[l] : layer.weight_gradient.data();
    if (bfloat16_) {
      Bfloat16* rounded = last ? rounded_outputs_.data() : hidden_[l].rounded_delta.data();
      round_bfloat16(delta, batch_rows_ * columns, rounded);
      of_weights.run(reads_[l].rounded, rounded, nullptr, gradient);
      if (l > 0) {
        input_gradients_[l - 1].run(rounded, layer.rounded.backward(), nullptr,
                                    hidden_[l - 1].delta.data());
      }
      continue;
    }
    of_weights.run(reads_[l].single, delta, nullptr, gradient);
    if (l > 0) {
      input_gradients_[l - 1].run(delta, layer.weights.data(), nullptr,
                                  hidden_[l - 1].delta.data());
    }
  }
  if (scaling_) {
    scaling_->backward(layers_.front().weights, layers_.front().weight_gradient);
  }
}

// Takes a hidden layer from dL/d(input of the next layer) to dL/d(linear part): back through
// dropout, activation and normalisation. Returns the array with the result.
float* Mlp::backward_hidden(std::size_t l, std::size_t rows, std::uint32_t step) {
  const ProfileMark mark(Phase::kLayers);
  HiddenLayer& h = hidden_[l];
  const std::size_t width = padded(layers_[l].out);
  float* delta = h.delta.data();
  if (!h.slopes.empty()) {
    multiply_by_slopes(h.slopes.data(), delta, rows * width);
  } else if (drops_in_place(h)) {
    // ReLU and dropout in one pass: y > 0 means active and kept.
    const float scale = h.dropout.active() ? h.dropout.scale() : 1.0F;
    vectorised([=, y = h.output.data(), n = rows * width] {
      for (std::size_t i = 0; i < n; ++i) {
        delta[i] = y[i] > 0.0F ? delta[i] * scale : 0.0F;
      }
    });
  } else {
    if (h.dropout.active()) {
      const ProfileMark inner(Phase::kDropout);
      h.dropout.apply(step, delta, delta, rows * width);
    }
    if (is_maxout(h)) {
      // Which piece was the largest shows only in the pieces themselves.
      const FloatBuffer& read = h.norm ? h.normalised : h.linear;
      maxout_gradient(h.activation.pieces, read.data(), delta, rows, width, h.delta_linear.data());
      delta = h.delta_linear.data();
    } else {
      activation_gradient(h.activation, h.output.data(), delta, rows * width);
    }
  }
  if (h.norm) {
    h.norm->backward(h.linear.data(), rows, delta);
  }
  return delta;
}

std::vector<Parameter> Mlp::parameters() {
  std::vector<Parameter> all;
  if (scaling_) {
    all.push_back({.name = "scaling",
                   .value = scaling_->factors,
                   .gradient = scaling_->factors_gradient,
                   .stride = scaling_->factors.size(),
                   .group = RateGroup::kScaling});
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    LinearLayer& layer = layers_[l];
    const std::size_t columns = layer.columns();
    auto add = [&](const char* what, FloatBuffer& value, FloatBuffer& gradient) {
      all.push_back({.name = fmt::format("layers.{}.{}", l, what),
                     .value = value,
                     .gradient = gradient,
                     .stride = columns});
    };
    add("weight", layer.weights, layer.weight_gradient);
    all.back().weight = true;
    all.back().rows = padded(layer.in);
    // With factors, the first layer's copy is that of the scaled weights.
    all.back().rounded = bfloat16_ && (l > 0 || !scaling_) ? &layer.rounded : nullptr;
    all.back().unit = layer.unit;
    if (bias_) {
      add("bias", layer.bias, layer.bias_gradient);
      all.back().group = RateGroup::kBias;
    }
    if (l < hidden_.size() && hidden_[l].norm) {
      BatchNorm& norm = *hidden_[l].norm;
      add("norm.gamma", norm.gamma, norm.gamma_gradient);
      add("norm.beta", norm.beta, norm.beta_gradient);
    }
  }
  return all;
}

}  // namespace hpsearch::nn
