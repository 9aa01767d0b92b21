#include "nn/network/initialiser.h"

#include <algorithm>
#include <cmath>

#include "nn/network/layers.h"

namespace hpsearch::nn {
namespace {

bool is_uniform(Initialiser init) {
  return init == Initialiser::kXavierUniform || init == Initialiser::kHeUniform ||
         init == Initialiser::kTorchDefault;
}

bool is_drawn(Initialiser init) {
  return init != Initialiser::kZero && init != Initialiser::kConstant;
}

// Sets each weight, and then each bias if there is a function for these, to what its function
// returns. weights: [in][piece][block]. A unit's weights depend on the order of these draws, so the
// order is part of what a seed means.
template <class Weight, class Bias>
void fill(LinearLayer& layer, const std::stop_token& stop, Weight weight, const Bias* bias) {
  const std::size_t block = padded(layer.out);
  const std::size_t stride = layer.columns();
  // Drawing hundreds of millions of weights takes seconds, so an interrupt is seen at every row.
  for (std::size_t i = 0; i < layer.in && !stop.stop_requested(); ++i) {
    for (std::size_t piece = 0; piece < layer.pieces; ++piece) {
      for (std::size_t j = 0; j < layer.out; ++j) {
        layer.weights[i * stride + piece * block + j] = weight();
      }
    }
  }
  std::fill(layer.bias.begin(), layer.bias.end(), 0.0F);
  for (std::size_t piece = 0; bias != nullptr && piece < layer.pieces; ++piece) {
    for (std::size_t j = 0; j < layer.out; ++j) {
      layer.bias[piece * block + j] = (*bias)();
    }
  }
}

void initialise_ntk(const Settings& settings,
                    std::size_t number,
                    LinearLayer& layer,
                    Stream& stream,
                    const std::stop_token& stop) {
  const bool last = number == settings.hidden.size();
  const double deviation = settings.gain * weight_unit(settings, layer.in);
  const auto bias = [&] { return static_cast<float>(stream.normal()); };
  fill(
      layer, stop, [&] { return last ? 0.0F : static_cast<float>(deviation * stream.normal()); },
      settings.bias && !last ? &bias : nullptr);
}

}  // namespace

double initial_deviation(const Settings& settings,
                         Initialiser init,
                         std::size_t in,
                         std::size_t out) {
  const auto fan_in = static_cast<double>(in);
  const auto fan_out = static_cast<double>(out);
  switch (init) {
    case Initialiser::kZero:
    case Initialiser::kConstant:
      return 0.0;
    case Initialiser::kNormal:
      return settings.gain * settings.init_std;
    case Initialiser::kXavierNormal:
    case Initialiser::kXavierUniform:
      return settings.gain * std::sqrt(2.0 / (fan_in + fan_out));
    case Initialiser::kLecunNormal:
      return settings.gain * std::sqrt(1.0 / fan_in);
    case Initialiser::kHeNormal:
    case Initialiser::kHeUniform:
      break;
    case Initialiser::kTorchDefault:
      // kaiming_uniform_ with a = sqrt(5) has the bound 1 / sqrt(fan_in).
      return settings.gain * std::sqrt(1.0 / (3.0 * fan_in));
  }
  return settings.gain * std::sqrt(2.0 / fan_in);
}

Initialiser initialiser_of(const Settings& settings, std::size_t layer) {
  if (settings.init) {
    return *settings.init;
  }
  const std::size_t last = settings.hidden.empty() ? 0 : settings.hidden.size() - 1;
  return initialiser_for(settings.activation.of(std::min(layer, last)));
}

double weight_unit(const Settings& settings, std::size_t in) {
  return settings.parametrization == Parametrization::kNtk
             ? 1.0 / std::sqrt(static_cast<double>(in))
             : 1.0;
}

void initialise(const Settings& settings,
                std::size_t number,
                LinearLayer& layer,
                Stream& stream,
                const std::stop_token& stop) {
  if (settings.parametrization == Parametrization::kNtk) {
    initialise_ntk(settings, number, layer, stream, stop);
    return;
  }
  const Initialiser init = initialiser_of(settings, number);
  const double deviation = initial_deviation(settings, init, layer.in, layer.out);
  // A uniform distribution on (-a, a) has the deviation a / sqrt(3).
  const double bound = std::sqrt(3.0) * deviation;
  const auto draw = [&] {
    if (!is_drawn(init)) {
      return init == Initialiser::kConstant ? static_cast<float>(settings.init_value) : 0.0F;
    }
    return static_cast<float>(is_uniform(init) ? bound * (2.0 * stream.uniform() - 1.0)
                                               : deviation * stream.normal());
  };
  fill(layer, stop, draw, init == Initialiser::kTorchDefault && settings.bias ? &draw : nullptr);
}

}  // namespace hpsearch::nn
