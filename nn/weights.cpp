#include "nn/weights.h"

#include <fmt/format.h>

namespace hpsearch::nn {

std::vector<NamedTensor> named_tensors(const Mlp& network) {
  std::vector<NamedTensor> tensors;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LinearLayer& layer = network.layers()[l];
    const std::size_t stride = padded(layer.out);
    tensors.push_back(
        {fmt::format("layers.{}.weight", l), {layer.in, layer.out}, layer.weights, stride});
    tensors.push_back({fmt::format("layers.{}.bias", l), {layer.out}, layer.bias, stride});
  }
  return tensors;
}

}  // namespace hpsearch::nn
