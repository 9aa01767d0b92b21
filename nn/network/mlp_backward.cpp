// The backward pass of a multilayer perceptron.
#include <algorithm>

#include "nn/base/profile.h"
#include "nn/base/vector_unit.h"
#include "nn/kernels/column_sums.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {

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
    if (l == 0 && bins_) {
      bins_->backward(places_.data(), rows, delta, accumulate,
                      gradient + network_inputs_.multiplied() * columns);
    }
    if (l == 0 && embedding_) {
      backward_embedding(rows, delta);
    }
    if (l > 0) {
      input_gradients_[l - 1].run(delta, layer.weights.data(), nullptr,
                                  hidden_[l - 1].delta.data());
    }
  }
  if (scaling_) {
    scaling_->backward(layers_.front().weights, layers_.front().weight_gradient);
  }
}

// The product must have whole blocks of columns. Where the waves do not fill one, it begins at some
// numbers before them, whose gradient is not used, or goes on to bins after them.
void Mlp::backward_embedding(std::size_t rows, const float* delta) {
  const std::size_t waves = padded(network_inputs_.waves());
  const std::size_t end = network_inputs_.multiplied();
  const std::size_t start = end > waves ? end - waves : 0;
  wave_gradient_->run(delta, first_weights().data() + start * layers_.front().columns(), nullptr,
                      wave_delta_.data());
  const ProfileMark mark(Phase::kLayers);
  embedding_->backward(inputs_.data(), rows, input_stride(),
                       wave_delta_.data() + (network_inputs_.numbers - start), waves);
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

}  // namespace hpsearch::nn
