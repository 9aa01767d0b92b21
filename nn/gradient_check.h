// Analytic gradients against the slopes of the loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/settings.h"
#include "nn/training_data.h"

namespace hpsearch::nn {

struct GradientCheck {
  std::string parameter;       // "layers.0.weight"
  std::size_t compared = 0;    // numbers of it
  double largest_error = 0.0;  // |analytic - numerical| / the largest gradient of the array
};

// In training mode, dropout masks fixed, over the batch `rows`: of each parameter array those
// numbers with the largest gradients, at most 20, against central differences
// (loss(w + h) - loss(w - h)) / 2h. h is 1e-3 and, where that step leaps over a kink such as
// ReLU's, 1e-4 or 1e-2: the best of the three counts. In float32, errors below 1e-2 are those of
// rounding. Requires rows; with batch normalisation two.
std::vector<GradientCheck> check_gradients(const Settings& settings,
                                           const TrainingData& data,
                                           std::span<const std::uint32_t> rows,
                                           std::uint64_t seed);

}  // namespace hpsearch::nn
