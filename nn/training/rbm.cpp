#include "nn/training/rbm.h"

#include <algorithm>

#include "nn/kernels/activation.h"

namespace hpsearch::nn {
namespace {

constexpr double kInitialDeviation = 0.01;

// s(x) of the first `width` values of each row, in place; the padding stays zero.
void logistic(float* x, std::size_t rows, std::size_t width) {
  activate_rows({.kind = Activation::kSigmoid}, x, x, rows, width, padded(width));
}

// bias += factor * sum of rows [begin, end) of x.
void add_rows(
    FloatBuffer& bias, const FloatBuffer& x, std::size_t begin, std::size_t end, float factor) {
  const std::size_t stride = bias.size();
  for (std::size_t row = begin; row < end; ++row) {
    for (std::size_t j = 0; j < stride; ++j) {
      bias[j] += factor * x[row * stride + j];
    }
  }
}

}  // namespace

Rbm::Rbm(std::size_t visible, std::size_t hidden, std::size_t batch_rows)
    : visible_(visible),
      hidden_(hidden),
      batch_rows_(batch_rows),
      weights_(padded(visible) * padded(hidden)),
      visible_bias_(padded(visible)),
      hidden_bias_(padded(hidden)),
      visible_rows_(2 * batch_rows * padded(visible)),
      hidden_rows_(2 * batch_rows * padded(hidden)),
      sample_(batch_rows * padded(hidden)),
      gradient_(padded(visible) * padded(hidden)),
      context_(std::make_unique<MatmulContext>()),
      up_(*context_,
          {.rows = batch_rows, .inner = padded(visible), .columns = padded(hidden), .bias = true}),
      down_(*context_,
            {.rows = batch_rows,
             .inner = padded(hidden),
             .columns = padded(visible),
             .b = Layout::kTransposed,
             .bias = true}),
      differences_(*context_,
                   {.rows = padded(visible),
                    .inner = 2 * batch_rows,
                    .columns = padded(hidden),
                    .a = Layout::kTransposed}) {}

void Rbm::initialise(Stream& stream, const std::stop_token& stop) {
  const std::size_t stride = padded(hidden_);
  for (std::size_t i = 0; i < visible_ && !stop.stop_requested(); ++i) {
    for (std::size_t j = 0; j < hidden_; ++j) {
      weights_[i * stride + j] = static_cast<float>(kInitialDeviation * stream.normal());
    }
  }
  std::fill(visible_bias_.begin(), visible_bias_.end(), 0.0F);
  std::fill(hidden_bias_.begin(), hidden_bias_.end(), 0.0F);
}

std::span<float> Rbm::inputs() {
  return std::span(visible_rows_).first(batch_rows_ * padded(visible_));
}

double Rbm::update(std::size_t rows, std::span<const float> uniforms, double learning_rate) {
  const std::size_t visible_stride = padded(visible_);
  const std::size_t hidden_stride = padded(hidden_);
  float* v0 = visible_rows_.data();
  float* v1 = v0 + batch_rows_ * visible_stride;
  float* p0 = hidden_rows_.data();
  float* p1 = p0 + batch_rows_ * hidden_stride;

  // Positive phase: p0 = s(v0 W + c), then the sample h0.
  propagate(rows, p0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < hidden_; ++j) {
      const std::size_t at = row * hidden_stride + j;
      sample_[at] = uniforms[row * hidden_ + j] < p0[at] ? 1.0F : 0.0F;
    }
  }
  // Negative phase, one step of Gibbs sampling: v1 = s(h0 W' + b), p1 = s(v1 W + c).
  down_.run(sample_.data(), weights_.data(), visible_bias_.data(), v1);
  logistic(v1, rows, visible_);
  up_.run(v1, weights_.data(), hidden_bias_.data(), p1);
  logistic(p1, rows, hidden_);

  double squares = 0.0;
  for (std::size_t i = 0; i < rows * visible_stride; ++i) {
    const double difference = static_cast<double>(v0[i]) - static_cast<double>(v1[i]);
    squares += difference * difference;
  }
  add_differences(rows, learning_rate);
  return squares / static_cast<double>(rows * visible_);
}

double Rbm::update(std::size_t rows, Stream& stream, double learning_rate) {
  uniforms_.resize(std::max(uniforms_.size(), rows * hidden_));
  const std::span<float> drawn = std::span(uniforms_).first(rows * hidden_);
  // The 24 bits of a float's significand: exact, and below 1.
  for (float& u : drawn) {
    u = static_cast<float>(stream.next_u32() >> 8) * 0x1p-24F;
  }
  return update(rows, drawn, learning_rate);
}

// Adds rate / n (v0' p0 - v1' p1) and the mean differences of the biases. Overwrites p1 by -p1.
void Rbm::add_differences(std::size_t rows, double learning_rate) {
  const std::size_t hidden_stride = padded(hidden_);
  float* p0 = hidden_rows_.data();
  float* p1 = p0 + batch_rows_ * hidden_stride;
  for (std::size_t i = 0; i < rows * hidden_stride; ++i) {
    p1[i] = -p1[i];
  }
  // The product runs over whole batches: the missing rows of a short one must contribute nothing.
  const std::size_t used = rows * hidden_stride;
  const std::size_t all = batch_rows_ * hidden_stride;
  std::fill(p0 + used, p0 + all, 0.0F);
  std::fill(p1 + used, p1 + all, 0.0F);
  differences_.run(visible_rows_.data(), hidden_rows_.data(), nullptr, gradient_.data());

  const auto factor = static_cast<float>(learning_rate / static_cast<double>(rows));
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weights_[i] += factor * gradient_[i];
  }
  add_rows(visible_bias_, visible_rows_, 0, rows, factor);
  add_rows(visible_bias_, visible_rows_, batch_rows_, batch_rows_ + rows, -factor);
  add_rows(hidden_bias_, hidden_rows_, 0, rows, factor);
  add_rows(hidden_bias_, hidden_rows_, batch_rows_, batch_rows_ + rows, factor);  // holds -p1
}

void Rbm::propagate(std::size_t rows, float* out) {
  up_.run(visible_rows_.data(), weights_.data(), hidden_bias_.data(), out);
  logistic(out, rows, hidden_);
}

}  // namespace hpsearch::nn
