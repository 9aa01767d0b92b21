#include "nn/network/dropout.h"

#include <algorithm>
#include <cmath>

#include "nn/base/philox_tile.h"
#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

Dropout::Dropout(double p, std::uint64_t seed, std::uint32_t layer)
    : p_(p), seed_(seed), layer_(layer) {
  fade(1.0);
}

void Dropout::fade(double factor) {
  const double p = p_ * factor;
  scale_ = p < 1.0 ? static_cast<float>(1.0 / (1.0 - p)) : 0.0F;
  threshold_ = static_cast<std::uint32_t>(std::lround(p * 65536.0));
}

// Calls use(i, factor) for each of n units with its factor, 0 or scale(). A unit is dropped if its
// 16 random bits, as a number, are below p * 2^16: never for p = 0, always for p = 1. Each tile of
// random words is made where it is used, so no mask is stored.
template <class Use>
void Dropout::for_each_unit(std::uint32_t step, std::size_t n, Use use) const {
  vectorised([=, threshold = threshold_, scale = scale_, layer = layer_, key = philox_key(seed_)] {
    PhiloxTile tile;
    std::uint32_t number = 0;
    for (std::size_t start = 0; start < n; start += PhiloxTile::kSize, ++number) {
      tile.fill(key, static_cast<std::uint32_t>(Purpose::kDropout), layer, step, number);
      const std::size_t end = std::min(PhiloxTile::kSize, n - start);
#pragma GCC ivdep
      for (std::size_t i = 0; i < end; ++i) {
        use(start + i, tile.words[i] >= threshold ? scale : 0.0F);
      }
    }
  });
}

void Dropout::apply(std::uint32_t step, const float* x, float* y, std::size_t n) {
  for_each_unit(step, n, [=](std::size_t i, float factor) { y[i] = x[i] * factor; });
}

void Dropout::apply_to_both(std::uint32_t step, float* x, float* y, std::size_t n) {
  for_each_unit(step, n, [=](std::size_t i, float factor) {
    x[i] *= factor;
    y[i] *= factor;
  });
}

}  // namespace hpsearch::nn
