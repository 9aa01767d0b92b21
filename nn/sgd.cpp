#include "nn/sgd.h"

#include <cmath>

namespace hpsearch::nn {
namespace {

void update(
    FloatBuffer& w, FloatBuffer& v, const FloatBuffer& g, float rate, float momentum, float l2) {
  float* __restrict wp = w.data();
  float* __restrict vp = v.data();
  const float* __restrict gp = g.data();
  for (std::size_t i = 0; i < w.size(); ++i) {
    vp[i] = momentum * vp[i] + (gp[i] + l2 * wp[i]);
    wp[i] -= rate * vp[i];
  }
}

double sum_of_squares(const FloatBuffer& values) {
  double sum = 0.0;
  for (const float x : values) {
    sum += static_cast<double>(x) * static_cast<double>(x);
  }
  return sum;
}

double penalised_sum_of_squares(const FloatBuffer& g, const FloatBuffer& w, float l2) {
  double sum = 0.0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double x =
        static_cast<double>(g[i]) + static_cast<double>(l2) * static_cast<double>(w[i]);
    sum += x * x;
  }
  return sum;
}

}  // namespace

Sgd::Sgd(const Settings& settings, std::span<const LinearLayer> layers)
    : learning_rate_(static_cast<float>(settings.learning_rate)),
      momentum_(static_cast<float>(settings.momentum)),
      l2_(static_cast<float>(settings.l2)) {
  for (const LinearLayer& layer : layers) {
    weight_velocity_.emplace_back(layer.weights.size());
    bias_velocity_.emplace_back(layer.bias.size());
  }
}

void Sgd::step(std::span<LinearLayer> layers) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LinearLayer& layer = layers[l];
    update(layer.weights, weight_velocity_[l], layer.weight_gradient, learning_rate_, momentum_,
           l2_);
    update(layer.bias, bias_velocity_[l], layer.bias_gradient, learning_rate_, momentum_, 0.0F);
  }
}

Sgd::Norms Sgd::measured_step(std::span<LinearLayer> layers) {
  double gradient = 0.0;
  double weights = 0.0;
  for (const LinearLayer& layer : layers) {
    gradient += penalised_sum_of_squares(layer.weight_gradient, layer.weights, l2_);
    gradient += sum_of_squares(layer.bias_gradient);
    weights += sum_of_squares(layer.weights);
  }
  step(layers);
  double velocity = 0.0;
  for (const FloatBuffer& v : weight_velocity_) {
    velocity += sum_of_squares(v);
  }
  const double update_norm = static_cast<double>(learning_rate_) * std::sqrt(velocity);
  return {std::sqrt(gradient), weights > 0.0 ? update_norm / std::sqrt(weights) : 0.0};
}

double weight_norm(std::span<const LinearLayer> layers) {
  double sum = 0.0;
  for (const LinearLayer& layer : layers) {
    sum += sum_of_squares(layer.weights);
  }
  return std::sqrt(sum);
}

}  // namespace hpsearch::nn
