// Initial weights.
#pragma once

#include <cstddef>
#include <stop_token>

#include "nn/base/random.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

struct LinearLayer;

// Standard deviation of a weight that feeds `out` units from `in`, by `init` and `gain` of the
// settings (see Initialiser); of `torch_default` that of its uniform distribution. 0 for zero and
// constant.
double initial_deviation(const Settings& settings,
                         Initialiser init,
                         std::size_t in,
                         std::size_t out);

// The initialiser of linear layer `layer` (from 0): settings.init, or where it says nothing the one
// that goes with the layer's activation. The last layer, which has none, takes that of the layer
// below.
Initialiser initialiser_of(const Settings& settings, std::size_t layer);

// Fills the weights of linear layer number `number` (true rows and columns only; padding stays
// zero) in row-major order from `stream`; biases become zero, but with torch_default they are drawn
// after the weights. Leaves off where `stop` is requested.
void initialise(const Settings& settings,
                std::size_t number,
                LinearLayer& layer,
                Stream& stream,
                const std::stop_token& stop);

}  // namespace hpsearch::nn
