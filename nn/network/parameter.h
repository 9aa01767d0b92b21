// What an optimizer, a file of weights and a report see of a network: its trainable numbers.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nn/kernels/rounded_weights.h"

namespace hpsearch::nn {

// One array of trainable numbers and their gradients, of the mean data loss without penalties.
// A view: valid as long as its network.
struct Parameter {
  std::string name;  // "layers.0.weight"
  std::span<float> value;
  std::span<float> gradient;
  bool weight = false;  // of a linear layer: what penalties and norms mean by weights
  // Row-major (rows, stride): a weight's rows are its inputs, its columns its units. Of a vector
  // there is one row. What is padding is zero, and so is its gradient.
  std::size_t rows = 1;
  std::size_t stride = 0;
  RoundedWeights* rounded = nullptr;  // copies that follow each update; null: none
};

}  // namespace hpsearch::nn
