// Initial weights.
#pragma once

#include <stop_token>

#include "nn/random.h"
#include "nn/settings.h"

namespace hpsearch::nn {

struct LinearLayer;

// Fills layer.weights (true rows and columns only; padding stays zero) in row-major order from
// `stream`; biases become zero. By settings.init:
//   he_normal  N(0, 2 / fan_in)   (He et al. 2015, eq. 10)
//   normal     N(0, init_std^2)
// Leaves off where `stop` is requested.
void initialise(const Settings& settings,
                LinearLayer& layer,
                Stream& stream,
                const std::stop_token& stop);

}  // namespace hpsearch::nn
