#include "nn/training/diagnostics.h"

#include <cmath>

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

// Layers count from 1 in names, from 0 in code.
void add(
    std::vector<SeriesValue>& out, int epoch, const char* name, std::size_t layer, double value) {
  out.push_back({epoch, fmt::format("{}_{}", name, layer + 1), value});
}

bool is_rectifier(Activation kind) {
  switch (kind) {
    case Activation::kRelu:
    case Activation::kLeakyRelu:
    case Activation::kElu:
    case Activation::kMish:
    case Activation::kSilu:
    case Activation::kGelu:
    case Activation::kSelu:
      return true;
    case Activation::kLinear:
    case Activation::kStep:
    case Activation::kSigmoid:
    case Activation::kTanh:
    case Activation::kMaxout:
      break;
  }
  return false;
}

}  // namespace

bool is_looked_into(Diagnostics which, int epoch, int last_epoch) {
  switch (which) {
    case Diagnostics::kNone:
      return false;
    case Diagnostics::kAll:
      return true;
    case Diagnostics::kSome:
      break;
  }
  return epoch == last_epoch || (epoch & (epoch - 1)) == 0;  // a power of two has one bit
}

Moments moments(std::span<const float> values,
                std::size_t rows,
                std::size_t used,
                std::size_t stride) {
  const double n = static_cast<double>(rows * used);
  auto sum_of = [&](auto term) {
    double sum = 0.0;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t j = 0; j < used; ++j) {
        sum += term(static_cast<double>(values[row * stride + j]));
      }
    }
    return sum;
  };
  // Two passes: the difference of large, nearly equal squares would lose all digits.
  const double mean = sum_of([](double x) { return x; }) / n;
  const double squares = sum_of([&](double x) { return (x - mean) * (x - mean); });
  return {mean, std::sqrt(squares / n)};
}

double dead_units(const HiddenLayer& layer, const LinearLayer& linear, std::size_t rows) {
  const std::size_t stride = padded(linear.out);
  std::size_t dead = 0;
  for (std::size_t j = 0; j < linear.out; ++j) {
    bool silent = true;
    for (std::size_t row = 0; row < rows && silent; ++row) {
      const float y = layer.output[row * stride + j];
      silent = is_rectifier(layer.activation.kind) ? y <= 0.0F : y == layer.output[j];
    }
    dead += silent ? 1 : 0;
  }
  return static_cast<double>(dead) / static_cast<double>(linear.out);
}

void add_gradients(const Mlp& network, std::size_t rows, int epoch, std::vector<SeriesValue>& out) {
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LinearLayer& layer = network.layers()[l];
    // Piece by piece, because the padding between maxout's pieces must not count. The overall
    // variance is the mean square minus the square of the mean.
    Moments all;
    double squares = 0.0;
    for (std::size_t piece = 0; piece < layer.pieces; ++piece) {
      const auto part = std::span(layer.weight_gradient).subspan(piece * padded(layer.out));
      const Moments m = moments(part, layer.in, layer.out, layer.columns());
      all.mean += m.mean / static_cast<double>(layer.pieces);
      squares += (m.deviation * m.deviation + m.mean * m.mean) / static_cast<double>(layer.pieces);
    }
    all.deviation = std::sqrt(std::fmax(0.0, squares - all.mean * all.mean));
    add(out, epoch, "gradient_mean", l, all.mean);
    add(out, epoch, "gradient_std", l, all.deviation);
    if (l < network.hidden().size() && layer.pieces == 1) {
      const HiddenLayer& h = network.hidden()[l];
      const Moments delta = moments(h.delta, rows, layer.out, padded(layer.out));
      add(out, epoch, "delta_std", l, delta.deviation);
    }
  }
}

void add_activations(const Mlp& network,
                     std::size_t rows,
                     int epoch,
                     std::vector<SeriesValue>& out) {
  for (std::size_t l = 0; l < network.hidden().size(); ++l) {
    const HiddenLayer& h = network.hidden()[l];
    const LinearLayer& layer = network.layers()[l];
    const Moments m = moments(h.output, rows, layer.out, padded(layer.out));
    add(out, epoch, "activation_mean", l, m.mean);
    add(out, epoch, "activation_std", l, m.deviation);
    add(out, epoch, "dead_units", l, dead_units(h, layer, rows));
  }
}

void add_ratios(std::span<const double> ratios, int epoch, std::vector<SeriesValue>& out) {
  for (std::size_t l = 0; l < ratios.size(); ++l) {
    add(out, epoch, "update_ratio", l, ratios[l]);
  }
}

}  // namespace hpsearch::nn
