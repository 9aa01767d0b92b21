// Compares analytic gradients with finite differences of the loss.
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
  std::size_t compared = 0;    // how many of its numbers
  double largest_error = 0.0;  // |analytic - numerical| / largest |gradient| of the array
};

// One result per parameter array, for one batch (`rows` of the data set) in training mode with
// fixed dropout masks. The network always computes in float32. It has its initial weights, but with
// `parametrization: ntk` an output layer from N(0, 1): from zeros no gradient would go further.
//
// Checks up to 20 numbers with the largest gradients of each array against the central difference
// (loss(w + h) - loss(w - h)) / 2h. Either w's own gradient or the mean of those at w + h and w - h
// may agree, which allows for a kink at w, such as ReLU's. h takes five values from 1e-4 to 1e-2,
// and the best result counts: a large h may step over a distant kink, a small one measures
// rounding. Errors below 1e-2 are within float32 rounding.
//
// Skips an array whose largest gradient is below 1e-4 of the network's, such as a bias before batch
// normalisation, since its differences are all rounding. Returns an empty list if a gradient is not
// finite. Requires at least one row, with batch normalisation two. Throws SettingError if the class
// weights do not fit the data.
std::vector<GradientCheck> check_gradients(const Settings& settings,
                                           const TrainingData& data,
                                           std::span<const std::uint32_t> rows,
                                           std::uint64_t seed);

}  // namespace hpsearch::nn
