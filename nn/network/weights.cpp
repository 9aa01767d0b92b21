#include "nn/network/weights.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

// Calls use(name, shape, buffer, stride) for each tensor, in the order of the files. `Network` is
// Mlp or const Mlp, and so is the buffer. Shapes leave out the padding: the stride is the distance
// between rows of shape.back() numbers.
template <typename Network, typename Use>
void for_each_tensor(Network& network, const Use& use) {
  if (network.scaling()) {
    auto& factors = network.scaling()->factors;
    use("scaling", std::vector<std::size_t>{network.layers().front().in}, factors, factors.size());
  }
  if (network.embedding()) {
    auto& e = *network.embedding();
    const std::size_t stride = padded(e.frequencies());
    const std::vector<std::size_t> waves{e.inputs(), e.frequencies()};
    use("embedding.frequency", waves, e.frequency, stride);
    use("embedding.phase", waves, e.phase, stride);
    use("embedding.weight", std::vector<std::size_t>{e.inputs(), kWaves, e.frequencies()}, e.weight,
        stride);
    use("embedding.bias", std::vector<std::size_t>{e.inputs(), kWaves}, e.bias, kWaves);
  }
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    auto& layer = network.layers()[l];
    std::vector<std::size_t> shape{layer.in, layer.pieces, layer.out};
    if (layer.pieces == 1) {
      shape = {layer.in, layer.out};
    }
    const auto add = [&](const char* what, auto& buffer) {
      use(fmt::format("layers.{}.{}", l, what), shape, buffer, padded(layer.out));
    };
    add("weight", layer.weights);
    shape.erase(shape.begin());  // vectors have no input dimension
    add("bias", layer.bias);
    if (l < network.hidden().size() && network.hidden()[l].norm) {
      auto& norm = *network.hidden()[l].norm;
      add("norm.gamma", norm.gamma);
      add("norm.beta", norm.beta);
      add("norm.running_mean", norm.running_mean);
      add("norm.running_variance", norm.running_variance);
    }
  }
}

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

bool fits(const std::vector<NamedTensor>& tensors, std::span<const LoadedTensor> weights) {
  return std::equal(tensors.begin(), tensors.end(), weights.begin(), weights.end(),
                    [](const NamedTensor& tensor, const LoadedTensor& weight) {
                      return tensor.name == weight.name && tensor.shape == weight.shape &&
                             weight.values.size() == product(weight.shape);
                    });
}

}  // namespace

std::string weight_layout(const Settings& settings) {
  std::string text = "weight is [in][out]: y = x weight + bias";
  if (settings.embedding != Embedding::kNone) {
    text += "; the first layer reads the features";
  }
  if (has_waves(settings.embedding)) {
    text += ", then weight cos(2 pi frequency x + phase) + bias of each embedded x";
  }
  if (has_bins(settings.embedding)) {
    text += ", then each bin as (x - low) / (high - low), clipped to [0, 1]";
  }
  if (settings.scaling) {
    text += "; each input is first multiplied by its scaling";
  }
  return text;
}

std::vector<NamedTensor> named_tensors(const Mlp& network) {
  std::vector<NamedTensor> tensors;
  for_each_tensor(network, [&](std::string name, const std::vector<std::size_t>& shape,
                               const FloatBuffer& buffer, std::size_t stride) {
    tensors.push_back({std::move(name), shape, buffer, stride});
  });
  return tensors;
}

std::vector<NamedTensor> named_tensors(const WeightSet& weights) {
  std::vector<NamedTensor> tensors;
  for (const LoadedTensor& weight : weights) {
    tensors.push_back({weight.name, weight.shape, weight.values, weight.shape.back()});
  }
  return tensors;
}

void copy_weights(const Mlp& network, WeightSet& copy) {
  const std::vector<NamedTensor> tensors = named_tensors(network);
  copy.resize(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const NamedTensor& from = tensors[i];
    LoadedTensor& to = copy[i];
    to.name = from.name;
    to.shape = from.shape;
    to.values.resize(product(from.shape));
    const std::size_t columns = from.shape.back();
    for (std::size_t row = 0; row * columns < to.values.size(); ++row) {
      std::copy_n(&from.data[row * from.stride], columns, &to.values[row * columns]);
    }
  }
}

bool same_tensors(const Mlp& network, std::span<const LoadedTensor> weights) {
  return fits(named_tensors(network), weights);
}

bool set_weights(Mlp& network, std::span<const LoadedTensor> weights) {
  if (!same_tensors(network, weights)) {
    return false;
  }
  auto next = weights.begin();
  for_each_tensor(network, [&](const std::string&, const std::vector<std::size_t>& shape,
                               FloatBuffer& buffer, std::size_t stride) {
    const std::vector<float>& values = next++->values;
    const std::size_t columns = shape.back();
    for (std::size_t row = 0; row * columns < values.size(); ++row) {
      std::copy_n(&values[row * columns], columns, &buffer[row * stride]);
    }
  });
  network.round_weights();
  return true;
}

}  // namespace hpsearch::nn
