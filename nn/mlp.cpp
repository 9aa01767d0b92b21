#include "nn/mlp.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/column_sums.h"
#include "nn/initialiser.h"
#include "nn/random.h"
#include "nn/vector_unit.h"

namespace hpsearch::nn {
namespace {

// ReLU is oneDNN's epilogue where nothing comes between it and the product.
bool is_fused(const HiddenLayer& h) {
  return h.activation.kind == Activation::kRelu && !h.norm;
}

bool is_maxout(const HiddenLayer& h) {
  return h.activation.kind == Activation::kMaxout;
}

// ReLU and dropout go back together: an output is positive exactly where its unit was both active
// and kept, so that the dropped output may take the place of the other.
bool drops_in_place(const HiddenLayer& h) {
  return h.activation.kind == Activation::kRelu;
}

HiddenLayer make_hidden(const Settings& s,
                        std::size_t l,
                        const LinearLayer& layer,
                        std::size_t batch_rows,
                        std::uint64_t seed) {
  HiddenLayer h{.activation = {.kind = s.activation.of(l),
                               .slope = static_cast<float>(s.slope),
                               .alpha = static_cast<float>(s.alpha),
                               .pieces = layer.pieces},
                .norm = {},
                .dropout = Dropout(s.dropout.of(l), seed, static_cast<std::uint32_t>(l + 1)),
                .linear = {},
                .normalised = {},
                .output = FloatBuffer(batch_rows * padded(layer.out)),
                .dropped = {},
                .delta = FloatBuffer(batch_rows * padded(layer.out)),
                .delta_linear = {}};
  const std::size_t wide = batch_rows * layer.columns();
  if (s.batch_norm) {
    h.norm.emplace(layer.columns(), padded(layer.out), layer.out, s.bn_momentum, s.bn_epsilon);
  }
  if (h.norm || is_maxout(h)) {
    h.linear = FloatBuffer(wide);
  }
  if (is_maxout(h)) {
    h.delta_linear = FloatBuffer(wide);
    h.normalised = FloatBuffer(h.norm ? wide : 0);
  }
  if (h.dropout.active() && !drops_in_place(h)) {
    h.dropped = FloatBuffer(h.output.size());
  }
  return h;
}

}  // namespace

Mlp::Mlp(const Settings& settings,
         std::size_t inputs,
         std::size_t outputs,
         std::size_t batch_rows,
         std::uint64_t seed,
         const std::stop_token& stop)
    : batch_rows_(batch_rows),
      bias_(settings.bias),
      input_dropout_(settings.input_dropout, seed, 0),
      inputs_(batch_rows * padded(inputs)),
      outputs_(batch_rows * padded(outputs)) {
  const std::size_t count = settings.hidden.size() + 1;
  std::size_t in = inputs;
  for (std::size_t l = 0; l < count; ++l) {
    const bool last = l + 1 == count;
    const std::size_t out = last ? outputs : static_cast<std::size_t>(settings.hidden[l]);
    const bool pieces = !last && settings.activation.of(l) == Activation::kMaxout;
    LinearLayer layer;
    layer.in = in;
    layer.out = out;
    layer.pieces = pieces ? static_cast<std::size_t>(settings.maxout_pieces) : 1;
    const std::size_t columns = layer.columns();
    layer.weights = layer.weight_gradient = FloatBuffer(padded(in) * columns);
    layer.bias = layer.bias_gradient = FloatBuffer(columns);
    if (!last) {
      hidden_.push_back(make_hidden(settings, l, layer, batch_rows, seed));
    }
    forward_.emplace_back(
        context_,
        MatmulSpec{.rows = batch_rows,
                   .inner = padded(in),
                   .columns = columns,
                   .bias = bias_,
                   .epilogue = !last && is_fused(hidden_[l]) ? Epilogue::kRelu : Epilogue::kNone});
    weight_gradients_.emplace_back(
        context_,
        MatmulSpec{
            .rows = padded(in), .inner = batch_rows, .columns = columns, .a = Layout::kTransposed});
    if (l > 0) {
      input_gradients_.emplace_back(context_, MatmulSpec{.rows = batch_rows,
                                                         .inner = columns,
                                                         .columns = padded(in),
                                                         .b = Layout::kTransposed});
    }
    layers_.push_back(std::move(layer));
    in = out;
  }
  reads_.resize(count);
  // Last: what does not fit into memory should fail before numbers are drawn for it.
  for (std::size_t l = 0; l < count; ++l) {
    Stream stream(seed, Purpose::kInitialise, 0, static_cast<std::uint32_t>(l));
    initialise(settings, l, layers_[l], stream, stop);
  }
}

BatchLoss Mlp::forward_backward(const BatchTargets& targets, std::uint32_t step) {
  forward(targets.rows(), Mode::kTraining, step);
  const BatchLoss loss =
      batch_loss_gradient(outputs_.data(), output_stride(), layers_.back().out, targets);
  backward(targets.rows(), step);
  return loss;
}

BatchLoss Mlp::evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted) {
  forward(targets.rows(), Mode::kEvaluation, 0);
  return batch_loss(outputs_.data(), output_stride(), layers_.back().out, targets, predicted);
}

void Mlp::forward(std::size_t rows, Mode mode, std::uint32_t step) {
  if (mode == Mode::kTraining && input_dropout_.active()) {
    input_dropout_.apply(step, inputs_.data(), inputs_.data(), rows * input_stride());
  }
  const float* x = inputs_.data();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    reads_[l] = x;
    float* z = l == hidden_.size()         ? outputs_.data()
               : hidden_[l].linear.empty() ? hidden_[l].output.data()
                                           : hidden_[l].linear.data();
    forward_[l].run(x, layers_[l].weights.data(), layers_[l].bias.data(), z);
    if (l < hidden_.size()) {
      x = forward_hidden(l, rows, mode, step);
    }
  }
}

// From a hidden layer's linear part to what the next layer reads.
const float* Mlp::forward_hidden(std::size_t l, std::size_t rows, Mode mode, std::uint32_t step) {
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
  } else if (!is_fused(h)) {
    activate_rows(h.activation, x, h.output.data(), rows, layers_[l].out, width);
  }
  float* y = h.output.data();
  if (mode == Mode::kTraining && h.dropout.active()) {
    y = drops_in_place(h) ? h.output.data() : h.dropped.data();
    h.dropout.apply(step, h.output.data(), y, rows * width);
  }
  // Rows that a short batch lacks went through no activation: layer by layer they could grow to
  // infinity, which times their gradient of 0 is NaN.
  std::fill(y + rows * width, y + batch_rows_ * width, 0.0F);
  return y;
}

void Mlp::backward(std::size_t rows, std::uint32_t step) {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    LinearLayer& layer = layers_[l];
    const std::size_t columns = layer.columns();
    float* delta = l == hidden_.size() ? outputs_.data() : backward_hidden(l, rows, step);
    // The products run over whole batches: rows that a short batch lacks must count for nothing.
    std::fill(delta + rows * columns, delta + batch_rows_ * columns, 0.0F);
    weight_gradients_[l].run(reads_[l], delta, nullptr, layer.weight_gradient.data());
    if (bias_) {
      column_sums(
          rows, columns, [=](std::size_t row, std::size_t j) { return delta[row * columns + j]; },
          [gradient = layer.bias_gradient.data()](std::size_t j, double sum) {
            gradient[j] = static_cast<float>(sum);
          });
    }
    if (l > 0) {
      input_gradients_[l - 1].run(delta, layer.weights.data(), nullptr,
                                  hidden_[l - 1].delta.data());
    }
  }
}

// From dL/d(what the next layer read) to dL/d(the linear part).
float* Mlp::backward_hidden(std::size_t l, std::size_t rows, std::uint32_t step) {
  HiddenLayer& h = hidden_[l];
  const std::size_t width = padded(layers_[l].out);
  float* delta = h.delta.data();
  if (drops_in_place(h)) {
    const float scale = h.dropout.active() ? h.dropout.scale() : 1.0F;
    vectorised([=, y = h.output.data(), n = rows * width] {
      for (std::size_t i = 0; i < n; ++i) {
        delta[i] = y[i] > 0.0F ? delta[i] * scale : 0.0F;
      }
    });
  } else {
    if (h.dropout.active()) {
      h.dropout.apply(step, delta, delta, rows * width);
    }
    if (is_maxout(h)) {
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
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    LinearLayer& layer = layers_[l];
    const std::size_t columns = layer.columns();
    auto add = [&](const char* what, FloatBuffer& value, FloatBuffer& gradient) {
      all.push_back({fmt::format("layers.{}.{}", l, what), value, gradient, false, 1, columns});
    };
    add("weight", layer.weights, layer.weight_gradient);
    all.back().weight = true;
    all.back().rows = padded(layer.in);
    if (bias_) {
      add("bias", layer.bias, layer.bias_gradient);
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
