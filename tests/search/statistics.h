// Statistical checks of random draws.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "search/space/distribution.h"

namespace hpsearch::search {

// Checks the count of an event with this probability among `draws` draws, within five standard
// deviations: a correct generator fails one in two million such checks, and these seeds never
// change.
inline void expect_share(std::size_t count, std::size_t draws, double probability) {
  const double n = static_cast<double>(draws);
  const double sigma = std::sqrt(n * probability * (1.0 - probability));
  EXPECT_NEAR(static_cast<double>(count), n * probability, 5.0 * sigma + 1e-9);
}

// `draws` draws of a distribution, each from its own trial's stream, as in a sampler.
inline std::vector<nn::Value> draw_many(const Distribution& distribution, std::size_t draws) {
  std::vector<nn::Value> values;
  values.reserve(draws);
  for (std::size_t i = 0; i < draws; ++i) {
    nn::Stream stream(nn::trial_seed(42, i), nn::Purpose::kSample);
    values.push_back(sample(distribution, stream));
  }
  return values;
}

}  // namespace hpsearch::search
