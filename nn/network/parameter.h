// The trainable numbers of a network, as optimizers, weight files and reports see them.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nn/kernels/rounded_weights.h"

namespace hpsearch::nn {

// The parameters that may have a learning rate of their own.
enum class RateGroup {
  kCommon,        // weights, and gamma and beta of batch normalisation
  kBias,          // biases of linear layers
  kScaling,       // factors of the inputs
  kEmbedding,     // frequencies, phases and weights of periodic embeddings
  kEmbeddingBias  // their biases
};

// A view of one array of trainable numbers and of their gradients with respect to the mean data
// loss, without penalties. Valid as long as its network stays where it is.
struct Parameter {
  std::string name;  // "layers.0.weight"
  std::span<float> value;
  std::span<float> gradient;
  bool weight = false;  // a linear layer's weights, which penalties and norms act on; not its bias
  // Row-major (rows x stride). The rows of a weight are its inputs, the columns its units; a vector
  // is one row. Padding is zero, and so is its gradient.
  std::size_t rows = 1;
  std::size_t stride = 0;
  RoundedWeights* rounded = nullptr;  // copies to update together with the values; may be null
  RateGroup group = RateGroup::kCommon;
  // The number that is trained is value / unit. With `parametrization: ntk` the weights W are
  // trained, whereas the network multiplies by value = unit W with unit = 1 / sqrt(fan_in):
  // gradients, penalties and updates are those of W.
  double unit = 1.0;
};

}  // namespace hpsearch::nn
