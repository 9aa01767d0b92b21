#include "nn/mlp.h"

#include <algorithm>
#include <cmath>

#include "nn/initialiser.h"
#include "nn/random.h"

namespace hpsearch::nn {
namespace {

// A unit is dropped where its 16 random bits are below this.
std::uint32_t drop_threshold(double p) {
  return static_cast<std::uint32_t>(std::lround(p * 65536.0));
}

// Kept activations are multiplied by 1 / (1 - p), so that their expectation stays what it is in
// evaluation mode (inverted dropout; Srivastava et al. 2014, section 10).
float keep_scale(double p) {
  return p < 1.0 ? static_cast<float>(1.0 / (1.0 - p)) : 0.0F;
}

}  // namespace

Mlp::Mlp(const Settings& settings,
         std::size_t inputs,
         std::size_t outputs,
         std::size_t batch_rows,
         std::uint64_t seed,
         const std::stop_token& stop)
    : widths_{inputs}, batch_rows_(batch_rows), dropout_(settings.dropout), seed_(seed) {
  for (const int width : settings.hidden) {
    widths_.push_back(static_cast<std::size_t>(width));
  }
  widths_.push_back(outputs);
  const std::size_t count = widths_.size() - 1;
  for (std::size_t l = 0; l <= count; ++l) {
    activations_.emplace_back(batch_rows * padded(widths_[l]));
    deltas_.emplace_back(l == 0 || l == count ? 0 : batch_rows * padded(widths_[l]));
  }
  for (std::size_t l = 0; l < count; ++l) {
    const std::size_t in = padded(widths_[l]);
    const std::size_t out = padded(widths_[l + 1]);
    LinearLayer layer{widths_[l],       widths_[l + 1],        FloatBuffer(in * out),
                      FloatBuffer(out), FloatBuffer(in * out), FloatBuffer(out)};
    layers_.push_back(std::move(layer));

    const bool last = l + 1 == count;
    forward_.emplace_back(context_,
                          MatmulSpec{.rows = batch_rows,
                                     .inner = in,
                                     .columns = out,
                                     .bias = true,
                                     .epilogue = last ? Epilogue::kNone : Epilogue::kRelu});
    weight_gradients_.emplace_back(
        context_,
        MatmulSpec{.rows = in, .inner = batch_rows, .columns = out, .a = Layout::kTransposed});
    if (l > 0) {
      input_gradients_.emplace_back(
          context_,
          MatmulSpec{.rows = batch_rows, .inner = out, .columns = in, .b = Layout::kTransposed});
    }
  }
  // Last: what does not fit into memory should fail before numbers are drawn for it.
  for (std::size_t l = 0; l < count; ++l) {
    Stream stream(seed, Purpose::kInitialise, 0, static_cast<std::uint32_t>(l));
    initialise(settings, layers_[l], stream, stop);
  }
}

std::span<float> Mlp::inputs() {
  return activations_.front();
}

BatchLoss Mlp::forward_backward(const BatchTargets& targets, std::uint32_t step) {
  const std::size_t last = layers_.size();
  for (std::size_t l = 0; l < last; ++l) {
    forward_[l].run(activations_[l].data(), layers_[l].weights.data(), layers_[l].bias.data(),
                    activations_[l + 1].data());
    if (l + 1 < last && dropout_ > 0.0) {
      apply_dropout(l + 1, targets.rows(), step);
    }
  }
  const BatchLoss loss =
      batch_loss_gradient(activations_[last].data(), output_stride(), widths_[last], targets);
  backward(targets.rows());
  return loss;
}

BatchLoss Mlp::evaluate(const BatchTargets& targets, std::span<std::uint32_t> predicted) {
  const std::size_t last = layers_.size();
  for (std::size_t l = 0; l < last; ++l) {
    forward_[l].run(activations_[l].data(), layers_[l].weights.data(), layers_[l].bias.data(),
                    activations_[l + 1].data());
  }
  return batch_loss(activations_[last].data(), output_stride(), widths_[last], targets, predicted);
}

void Mlp::apply_dropout(std::size_t layer, std::size_t rows, std::uint32_t step) {
  const std::size_t n = rows * padded(widths_[layer]);
  dropout_bits_.resize(std::max(dropout_bits_.size(), n));
  fill_u16(seed_, Purpose::kDropout, static_cast<std::uint32_t>(layer), step,
           std::span(dropout_bits_).first(n));
  const std::uint32_t threshold = drop_threshold(dropout_);
  const float scale = keep_scale(dropout_);
  float* a = activations_[layer].data();
  const std::uint16_t* bits = dropout_bits_.data();
  for (std::size_t i = 0; i < n; ++i) {
    a[i] *= bits[i] >= threshold ? scale : 0.0F;
  }
}

void Mlp::backward(std::size_t rows) {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    LinearLayer& layer = layers_[l];
    const bool last = l + 1 == layers_.size();
    const std::size_t out = padded(layer.out);
    float* delta = last ? activations_[l + 1].data() : deltas_[l + 1].data();
    if (!last) {
      // Through dropout and ReLU at once: an activation is positive exactly where the unit was both
      // active and kept, so no mask need be stored.
      const float scale = dropout_ > 0.0 ? keep_scale(dropout_) : 1.0F;
      const float* a = activations_[l + 1].data();
      for (std::size_t i = 0; i < rows * out; ++i) {
        delta[i] = a[i] > 0.0F ? delta[i] * scale : 0.0F;
      }
    }
    // The products run over whole batches: rows that a short batch lacks must count for nothing.
    std::fill(delta + rows * out, delta + batch_rows_ * out, 0.0F);
    weight_gradients_[l].run(activations_[l].data(), delta, nullptr, layer.weight_gradient.data());
    std::fill(layer.bias_gradient.begin(), layer.bias_gradient.end(), 0.0F);
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t j = 0; j < out; ++j) {
        layer.bias_gradient[j] += delta[row * out + j];
      }
    }
    if (l > 0) {
      input_gradients_[l - 1].run(delta, layer.weights.data(), nullptr, deltas_[l].data());
    }
  }
}

}  // namespace hpsearch::nn
