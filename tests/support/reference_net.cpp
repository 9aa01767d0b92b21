#include "tests/support/reference_net.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::test {
namespace {

double activate(ReferenceActivation f, double z) {
  return f == ReferenceActivation::kTanh ? std::tanh(z) : std::max(z, 0.0);
}

// f'(z), given a = f(z).
double slope(ReferenceActivation f, double a) {
  return f == ReferenceActivation::kTanh ? 1.0 - a * a : (a > 0.0 ? 1.0 : 0.0);
}

std::vector<double> linear(const ReferenceLayer& layer,
                           const std::vector<double>& x,
                           std::size_t rows) {
  std::vector<double> z(rows * layer.out);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < layer.out; ++j) {
      double sum = layer.bias[j];
      for (std::size_t i = 0; i < layer.in; ++i) {
        sum += x[r * layer.in + i] * layer.weights[i * layer.out + j];
      }
      z[r * layer.out + j] = sum;
    }
  }
  return z;
}

}  // namespace

ReferenceResult reference_pass(const ReferenceNet& net, const ReferenceBatch& batch, double l2) {
  const std::size_t rows = batch.labels.size();
  const std::size_t depth = net.layers.size();
  std::vector<std::vector<double>> inputs{batch.x};  // of each layer, dropout applied
  std::vector<std::vector<double>> active;           // activations before dropout
  for (std::size_t l = 0; l < depth; ++l) {
    std::vector<double> z = linear(net.layers[l], inputs[l], rows);
    if (l + 1 < depth) {
      std::transform(z.begin(), z.end(), z.begin(),
                     [&](double v) { return activate(net.activation, v); });
      active.push_back(z);
      for (std::size_t i = 0; !batch.masks.empty() && i < z.size(); ++i) {
        z[i] *= batch.masks[l][i];
      }
    }
    inputs.push_back(std::move(z));
  }

  ReferenceResult result;
  result.gradient = net;
  const std::size_t classes = net.layers.back().out;
  std::vector<double> delta = inputs.back();
  for (std::size_t r = 0; r < rows; ++r) {
    double* z = &delta[r * classes];
    const double largest = *std::max_element(z, z + classes);
    result.correct += std::max_element(z, z + classes) == z + batch.labels[r] ? std::size_t{1} : 0;
    double sum = 0.0;
    for (std::size_t j = 0; j < classes; ++j) {
      sum += std::exp(z[j] - largest);
    }
    result.loss += (largest + std::log(sum) - z[batch.labels[r]]) / static_cast<double>(rows);
    for (std::size_t j = 0; j < classes; ++j) {
      const double p = std::exp(z[j] - largest) / sum;
      z[j] = (p - (j == batch.labels[r] ? 1.0 : 0.0)) / static_cast<double>(rows);
    }
  }

  for (std::size_t l = depth; l-- > 0;) {
    const ReferenceLayer& layer = net.layers[l];
    ReferenceLayer& gradient = result.gradient.layers[l];
    std::vector<double> below(rows * layer.in);
    std::fill(gradient.bias.begin(), gradient.bias.end(), 0.0);
    for (std::size_t w = 0; w < layer.weights.size(); ++w) {
      gradient.weights[w] = l2 * layer.weights[w];
      result.penalty += 0.5 * l2 * layer.weights[w] * layer.weights[w];
    }
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < layer.out; ++j) {
        const double d = delta[r * layer.out + j];
        gradient.bias[j] += d;
        for (std::size_t i = 0; i < layer.in; ++i) {
          gradient.weights[i * layer.out + j] += inputs[l][r * layer.in + i] * d;
          below[r * layer.in + i] += layer.weights[i * layer.out + j] * d;
        }
      }
    }
    for (std::size_t i = 0; l > 0 && i < below.size(); ++i) {
      below[i] *= slope(net.activation, active[l - 1][i]) *
                  (batch.masks.empty() ? 1.0 : batch.masks[l - 1][i]);
    }
    delta = std::move(below);
  }
  return result;
}

}  // namespace hpsearch::test
