// A network's parameters by name, as files keep them.
#pragma once

#include <vector>

#include "nn/files/safetensors.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {

// What the names say of the weights' shape, for people who read such a file.
inline constexpr char kWeightLayout[] = "weight is [in][out]: y = x weight + bias";

// All that evaluation needs, from the inputs upwards: "layers.0.weight" of shape {in, out},
// "layers.0.bias" of shape {out}, then with batch normalisation "layers.0.norm.gamma", ".beta",
// ".running_mean" and ".running_variance" of shape {out}, "layers.1.weight", ... Of maxout each has
// a dimension more, for its pieces: {in, pieces, out} and {pieces, out}. The data is the network's
// own: good as long as it lives and is not trained.
std::vector<NamedTensor> named_tensors(const Mlp& network);

}  // namespace hpsearch::nn
