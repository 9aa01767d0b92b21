// Initial weights of a network. Pure functions of their arguments and the stream.
#pragma once

#include <cstddef>
#include <stop_token>

#include "nn/base/random.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

struct LinearLayer;

// The standard deviation of the weights between `in` inputs and `out` units, for `init` and the
// settings init_std and gain (see Initialiser). 0 for kZero and kConstant.
double initial_deviation(const Settings& settings,
                         Initialiser init,
                         std::size_t in,
                         std::size_t out);

// The initialiser of linear layer `layer` (from 0): settings.init if it is set, otherwise the
// default for the layer's activation. The output layer, which has no activation, takes that of the
// last hidden layer.
Initialiser initialiser_of(const Settings& settings, std::size_t layer);

// The factor by which the network multiplies the trained weights of a layer with `in` inputs: 1, or
// 1 / sqrt(in) with `parametrization: ntk`.
double weight_unit(const Settings& settings, std::size_t in);

// Draws the weights of linear layer number `number` from `stream` in row-major order, without the
// padding, which stays zero. Biases become zero; kTorchDefault draws them after the weights. With
// `parametrization: ntk` the weights are weight_unit() gain N(0, 1) and the biases, drawn after
// them, N(0, 1), but all zero in the output layer. When `stop` is requested, the remaining weights
// stay as they are.
void initialise(const Settings& settings,
                std::size_t number,
                LinearLayer& layer,
                Stream& stream,
                const std::stop_token& stop);

}  // namespace hpsearch::nn
