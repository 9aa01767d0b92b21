#include "nn/network/weights.h"

#include <fmt/format.h>

namespace hpsearch::nn {

std::vector<NamedTensor> named_tensors(const Mlp& network) {
  std::vector<NamedTensor> tensors;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LinearLayer& layer = network.layers()[l];
    std::vector<std::size_t> shape{layer.in, layer.pieces, layer.out};
    if (layer.pieces == 1) {
      shape = {layer.in, layer.out};
    }
    // Files hold no padding: the last argument is the distance between rows of `out` numbers.
    auto add = [&](const char* what, const FloatBuffer& data) {
      tensors.push_back({fmt::format("layers.{}.{}", l, what), shape, data, padded(layer.out)});
    };
    add("weight", layer.weights);
    shape.erase(shape.begin());  // vectors have no input dimension
    add("bias", layer.bias);
    if (l < network.hidden().size() && network.hidden()[l].norm) {
      const BatchNorm& norm = *network.hidden()[l].norm;
      add("norm.gamma", norm.gamma);
      add("norm.beta", norm.beta);
      add("norm.running_mean", norm.running_mean);
      add("norm.running_variance", norm.running_variance);
    }
  }
  return tensors;
}

}  // namespace hpsearch::nn
