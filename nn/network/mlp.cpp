#include "nn/network/mlp.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/profile.h"
#include "nn/base/random.h"
#include "nn/network/initialiser.h"
#include "nn/settings/precision.h"

namespace hpsearch::nn {
Mlp::Mlp(const Settings& settings,
         NetworkInputs inputs,
         std::size_t outputs,
         std::size_t batch_rows,
         std::uint64_t seed,
         const std::stop_token& stop,
         std::size_t max_evaluation_rows)
    : network_inputs_(std::move(inputs)),
      batch_rows_(batch_rows),
      evaluation_rows_(std::max(batch_rows, max_evaluation_rows)),
      bias_(settings.bias),
      bfloat16_(uses_bfloat16(settings, network_inputs_.numbers, outputs)),
      input_dropout_(settings.input_dropout, seed, 0),
      inputs_(takes_floats() ? evaluation_rows_ * input_stride() : 0),
      rounded_inputs_(bfloat16_ ? evaluation_rows_ * input_stride() : 0),
      outputs_(evaluation_rows_ * padded(outputs)),
      rounded_outputs_(bfloat16_ ? batch_rows * padded(outputs) : 0) {
  const std::size_t count = settings.hidden.size() + 1;
  std::size_t in = network_inputs_.all();
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
    if (l == 0 && !network_inputs_.waved.empty()) {
      make_embedding(settings, columns);
    }
    if (l == 0 && !network_inputs_.binned.empty()) {
      bins_.emplace(network_inputs_.binned, columns);
      places_.resize(evaluation_rows_ * bins_->places());
    }
    make_products(l, is_fused(l));
    in = out;
  }
  reads_.resize(count);
  if (settings.scaling) {
    scaling_.emplace(layers_.front().in, layers_.front().columns());
  }
  if (embedding_) {
    Stream stream(seed, Purpose::kInitialise, 1);
    embedding_->draw(settings.sigma, stream);
  }
  // Last, so that a network that does not fit into memory fails before any weight is drawn.
  for (std::size_t l = 0; l < count; ++l) {
    Stream stream(seed, Purpose::kInitialise, 0, static_cast<std::uint32_t>(l));
    initialise(settings, l, layers_[l], stream, stop);
  }
  round_weights();
}

// `columns`: of the first layer's weights.
void Mlp::make_embedding(const Settings& settings, std::size_t columns) {
  const std::size_t waves = padded(network_inputs_.waves());
  embedding_.emplace(network_inputs_.waved, static_cast<std::size_t>(settings.frequencies),
                     batch_rows_);
  wave_delta_ = FloatBuffer(batch_rows_ * waves);
  wave_gradient_.emplace(
      context_,
      MatmulSpec{
          .rows = batch_rows_, .inner = columns, .columns = waves, .b = Layout::kTransposed});
}

std::size_t Mlp::multiplied(std::size_t l) const {
  return padded(l == 0 ? network_inputs_.multiplied() : layers_[l].in);
}

bool Mlp::is_fused(std::size_t l) const {
  return l < hidden_.size() && nn::is_fused(hidden_[l]) && !(l == 0 && bins_);
}

// Forward:         z (rows x columns)           = x (rows x in) W (in x columns) + b
// Weight gradient: dW (in x columns)            = x' (in x rows) dz (rows x columns)
// Input gradient:  dx (rows x in)               = dz (rows x columns) W' (columns x in)
// with all widths padded. Of a first layer with bins, only the rows of the numbers are multiplied;
// the padding of the numbers, which is zero, meets the rows of the first bins.
void Mlp::make_products(std::size_t l, bool relu) {
  LinearLayer& layer = layers_[l];
  const std::size_t columns = layer.columns();
  MatmulSpec forward{.rows = batch_rows_,
                     .inner = multiplied(l),
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
  return Matmul(context_, MatmulSpec{.rows = multiplied(l),
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
  if (embedding_) {
    const ProfileMark mark(Phase::kLayers);
    if (mode == Mode::kTraining) {
      embedding_->train(inputs_.data(), rows, input_stride(), network_inputs_.numbers);
    } else {
      embedding_->evaluate(inputs_.data(), rows, input_stride(), network_inputs_.numbers);
    }
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

// Where the batch's numbers lie among their bins, and the sums of the weights as they are now.
void Mlp::place_inputs(std::size_t rows) {
  if (bins_) {
    bins_->place(inputs_.data(), rows, input_stride(), places_.data());
    bins_->sum_weights(first_weights().data() +
                       network_inputs_.multiplied() * layers_.front().columns());
  }
}

void Mlp::forward(std::size_t rows, Mode mode, std::uint32_t step) {
  const ProfileMark mark(Phase::kProducts);
  // reads_[l] keeps what each layer read: the backward pass multiplies by it.
  std::vector<Matmul>& products =
      mode == Mode::kTraining || evaluation_.empty() ? forward_ : evaluation_;
  scale_inputs();
  place_inputs(rows);
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
      const FloatBuffer& weights = l == 0 ? first_weights() : layer.weights;
      products[l].run(x.single, weights.data(), layer.bias.data(), z);
    }
    if (l == 0 && bins_) {
      bins_->add(places_.data(), rows, z);
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
  } else if (!is_fused(l)) {
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

std::vector<Parameter> Mlp::parameters() {
  std::vector<Parameter> all;
  if (scaling_) {
    all.push_back({.name = "scaling",
                   .value = scaling_->factors,
                   .gradient = scaling_->factors_gradient,
                   .stride = scaling_->factors.size(),
                   .group = RateGroup::kScaling});
  }
  if (embedding_) {
    const auto add = [&](const char* name, FloatBuffer& value, FloatBuffer& gradient) {
      all.push_back({.name = name,
                     .value = value,
                     .gradient = gradient,
                     .stride = value.size(),
                     .group = RateGroup::kEmbedding});
    };
    PeriodicEmbedding& e = *embedding_;
    add("embedding.frequency", e.frequency, e.frequency_gradient);
    add("embedding.phase", e.phase, e.phase_gradient);
    add("embedding.weight", e.weight, e.weight_gradient);
    add("embedding.bias", e.bias, e.bias_gradient);
    all.back().group = RateGroup::kEmbeddingBias;
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
