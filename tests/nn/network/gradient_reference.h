// A network's loss in training mode in float64 and plain loops, to compare gradients with.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nn/base/random.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {

using Numbers = std::vector<double>;

// The network's parameters in float64, each in the layout of its Parameter.
using Values = std::vector<Numbers>;

inline constexpr std::uint64_t kSeed = 5;
inline constexpr std::uint32_t kStep = 3;

inline double activated(const Settings& s, Activation kind, double z) {
  switch (kind) {
    case Activation::kSigmoid:
      return 1.0 / (1.0 + std::exp(-z));
    case Activation::kTanh:
      return std::tanh(z);
    case Activation::kRelu:
      return std::max(z, 0.0);
    case Activation::kLeakyRelu:
      return z > 0.0 ? z : s.slope * z;
    case Activation::kElu:
      return z > 0.0 ? z : s.alpha * (std::exp(z) - 1.0);
    case Activation::kMish:
      return z * std::tanh(std::log(1.0 + std::exp(z)));
    case Activation::kSilu:
      return z / (1.0 + std::exp(-z));
    case Activation::kGelu:
      return 0.5 * z * (1.0 + std::erf(z / std::sqrt(2.0)));
    case Activation::kSelu:
      return 1.0507009873554805 * (z > 0.0 ? z : 1.6732632423543772 * (std::exp(z) - 1.0));
    default:
      return z;
  }
}

// (rows, padded width): 0 or 1 / (1 - p).
inline Numbers mask(double p, std::uint32_t layer, std::size_t n) {
  std::vector<std::uint16_t> bits(n);
  fill_u16(kSeed, Purpose::kDropout, layer, kStep, bits);
  Numbers m;
  for (const std::uint16_t b : bits) {
    m.push_back(b / 65536.0 >= p ? 1.0 / (1.0 - p) : 0.0);
  }
  return m;
}

inline double number_loss(const BatchTargets& t, double z, std::size_t row, std::size_t j) {
  if (t.task == Task::kBinary) {
    const double label = t.labels.empty() ? static_cast<double>(t.values[row * t.outputs + j])
                                          : static_cast<double>(t.labels[row]);
    const double smooth = label * (1.0 - t.label_smoothing) + 0.5 * t.label_smoothing;
    const double p = 1.0 / (1.0 + std::exp(-z));
    return -smooth * std::log(p) - (1.0 - smooth) * std::log(1.0 - p);
  }
  const double e = z - static_cast<double>(t.values[row * t.outputs + j]);
  switch (t.regression) {
    case RegressionLoss::kAbsolute:
      return std::abs(e);
    case RegressionLoss::kHuber:
      return std::abs(e) <= t.huber_delta ? 0.5 * e * e
                                          : t.huber_delta * (std::abs(e) - 0.5 * t.huber_delta);
    case RegressionLoss::kSquared:
      break;
  }
  return e * e;
}

inline double mean_loss(const BatchTargets& t,
                        const Numbers& z,
                        std::size_t width,
                        std::size_t stride) {
  double sum = 0.0;
  double weights = 0.0;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    double loss = 0.0;
    const double weight = t.class_weights.empty() ? 1.0 : t.class_weights[t.labels[row]];
    if (t.task == Task::kClassification) {
      double total = 0.0;
      for (std::size_t j = 0; j < width; ++j) {
        total += std::exp(z[row * stride + j]);
      }
      for (std::size_t j = 0; j < width; ++j) {
        const double of_class = t.class_weights.empty() ? 1.0 : t.class_weights[j];
        const double log_p = z[row * stride + j] - std::log(total);
        loss -= (j == t.labels[row] ? 1.0 - t.label_smoothing : 0.0) * weight * log_p;
        loss -= t.label_smoothing / static_cast<double>(width) * of_class * log_p;
      }
      sum += loss;
      weights += weight;
      continue;
    } else {
      for (std::size_t j = 0; j < width; ++j) {
        loss += number_loss(t, z[row * stride + j], row, j) / static_cast<double>(width);
      }
    }
    sum += weight * loss;
    weights += weight;
  }
  return sum / weights;
}

// What the first layer reads: the numbers x (rows, stride), behind them their periodic embeddings
// by the arrays `value` gives, and their bins. Shape: (rows, padded(all)).
template <class Value>
Numbers embedded(const Mlp& shape, const Value& value, const Numbers& x, std::size_t rows) {
  const NetworkInputs& inputs = shape.network_inputs();
  const std::size_t stride = padded(inputs.all());
  Numbers all(rows * stride);
  for (std::size_t r = 0; r < rows; ++r) {
    double* to = &all[r * stride];
    const double* from = &x[r * shape.input_stride()];
    to = std::copy_n(from, inputs.numbers, to);
    for (std::size_t i = 0; i < inputs.waved.size(); ++i) {
      const std::size_t frequencies = shape.embedding()->frequencies();
      const std::size_t width = padded(frequencies);
      for (std::size_t j = i * kWaves; j < (i + 1) * kWaves; ++j) {
        *to = (*value("embedding.bias"))[j];
        for (std::size_t k = 0; k < frequencies; ++k) {
          const double angle = 2.0 * std::acos(-1.0) * from[inputs.waved[i]] *
                                   (*value("embedding.frequency"))[i * width + k] +
                               (*value("embedding.phase"))[i * width + k];
          *to += (*value("embedding.weight"))[j * width + k] * std::cos(angle);
        }
        ++to;
      }
    }
    for (const BinnedInput& input : inputs.binned) {
      for (std::size_t k = 0; k + 1 < input.edges.size(); ++k) {
        const auto low = static_cast<double>(input.edges[k]);
        const auto high = static_cast<double>(input.edges[k + 1]);
        *to++ = std::clamp((from[input.input] - low) / (high - low), 0.0, 1.0);
      }
    }
  }
  return all;
}

// The mean loss in training mode, in plain loops.
inline double reference_loss(const Settings& s,
                             const Mlp& shape,
                             const std::vector<Parameter>& names,
                             const Values& values,
                             Numbers x,
                             const BatchTargets& targets) {
  const std::size_t rows = targets.rows();
  auto value = [&](const std::string& name) -> const Numbers* {
    const auto it = std::find_if(names.begin(), names.end(),
                                 [&](const Parameter& p) { return p.name == name; });
    return it == names.end() ? nullptr : &values[static_cast<std::size_t>(it - names.begin())];
  };
  std::size_t stride = padded(shape.layers()[0].in);
  if (shape.network_inputs().all() > shape.network_inputs().numbers) {
    x = embedded(shape, value, x, rows);
  }
  if (s.input_dropout > 0.0) {
    const Numbers m = mask(s.input_dropout, 0, rows * stride);
    for (std::size_t i = 0; i < m.size(); ++i) {
      x[i] *= m[i];
    }
  }
  for (std::size_t i = 0; s.scaling && i < x.size(); ++i) {
    x[i] *= (*value("scaling"))[i % stride];
  }
  for (std::size_t l = 0; l < shape.layers().size(); ++l) {
    const LinearLayer& layer = shape.layers()[l];
    const std::string start = "layers." + std::to_string(l) + ".";
    const Numbers& w = *value(start + "weight");
    const Numbers* b = value(start + "bias");
    const std::size_t columns = layer.columns();
    Numbers z(rows * columns);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < columns; ++j) {
        double sum = b != nullptr ? (*b)[j] : 0.0;
        for (std::size_t i = 0; i < layer.in; ++i) {
          sum += x[r * stride + i] * w[i * columns + j];
        }
        z[r * columns + j] = sum;
      }
    }
    if (l + 1 == shape.layers().size()) {
      return mean_loss(targets, z, layer.out, columns);
    }
    if (s.batch_norm) {
      const Numbers& gamma = *value(start + "norm.gamma");
      const Numbers& beta = *value(start + "norm.beta");
      for (std::size_t j = 0; j < columns; ++j) {
        double mean = 0.0;
        double variance = 0.0;
        for (std::size_t r = 0; r < rows; ++r) {
          mean += z[r * columns + j] / static_cast<double>(rows);
        }
        for (std::size_t r = 0; r < rows; ++r) {
          variance += std::pow(z[r * columns + j] - mean, 2) / static_cast<double>(rows);
        }
        for (std::size_t r = 0; r < rows; ++r) {
          double& v = z[r * columns + j];
          v = gamma[j] * (v - mean) / std::sqrt(variance + s.bn_epsilon) + beta[j];
        }
      }
    }
    stride = padded(layer.out);
    x.assign(rows * stride, 0.0);
    const Activation kind = s.activation.of(l);
    const double p = s.dropout.of(l);
    const Numbers m = mask(p, static_cast<std::uint32_t>(l + 1), rows * stride);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < layer.out; ++j) {
        double y = activated(s, kind, z[r * columns + j]);
        for (std::size_t piece = 1; piece < layer.pieces; ++piece) {
          y = std::max(y, z[r * columns + piece * stride + j]);
        }
        x[r * stride + j] = y * m[r * stride + j];
      }
    }
  }
  return 0.0;
}

}  // namespace hpsearch::nn
