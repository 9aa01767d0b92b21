// Analytic gradients against the slopes of the loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

struct GradientCheck {
  std::string parameter;       // "layers.0.weight"
  std::size_t compared = 0;    // numbers of it
  double largest_error = 0.0;  // |analytic - numerical| / the largest gradient of the array
};

// In training mode, dropout masks fixed, over the batch `rows`: of each parameter array those
// numbers with the largest gradients, at most 20, against central differences
// (loss(w + h) - loss(w - h)) / 2h; w's own gradient or the mean of those at w + h and w - h, which
// allows for a kink such as ReLU's at w. h goes from 1e-4 to 1e-2 in five steps and the best
// counts: a large one may leap over a kink further off, a small one measures rounding. In float32,
// errors below 1e-2 are those of rounding. An array whose largest gradient is below a
// ten-thousandth of the network's (a bias before batch normalisation) has none compared: its slopes
// are all rounding. Empty where a gradient is not finite. Requires rows; with batch normalisation
// two.
std::vector<GradientCheck> check_gradients(const Settings& settings,
                                           const TrainingData& data,
                                           std::span<const std::uint32_t> rows,
                                           std::uint64_t seed);

}  // namespace hpsearch::nn
