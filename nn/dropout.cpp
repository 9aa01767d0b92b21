#include "nn/dropout.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "nn/random.h"

namespace hpsearch::nn {

Dropout::Dropout(double p, std::uint64_t seed, std::uint32_t layer)
    : p_(p),
      scale_(p < 1.0 ? static_cast<float>(1.0 / (1.0 - p)) : 0.0F),
      threshold_(static_cast<std::uint32_t>(std::lround(p * 65536.0))),
      seed_(seed),
      layer_(layer) {}

void Dropout::apply(std::uint32_t step, const float* x, float* y, std::size_t n) {
  bits_.resize(std::max(bits_.size(), n));
  fill_u16(seed_, Purpose::kDropout, layer_, step, std::span(bits_).first(n));
  // A unit is dropped where its 16 random bits are below p * 2^16.
  const std::uint16_t* bits = bits_.data();
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = x[i] * (bits[i] >= threshold_ ? scale_ : 0.0F);
  }
}

}  // namespace hpsearch::nn
