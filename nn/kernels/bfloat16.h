// bfloat16: the upper half of a float32, its range with 8 bits of precision.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

struct Bfloat16 {
  std::uint16_t bits = 0;
  bool operator==(const Bfloat16&) const = default;
};

using Bfloat16Buffer = std::vector<Bfloat16, AlignedAllocator<Bfloat16>>;

// To the nearest, ties to the even one, as the CPU's instruction has it; NaN stays NaN.
inline Bfloat16 round_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  return {static_cast<std::uint16_t>((x == x ? rounded : bits | 0x400000) >> 16)};
}

// to[i] = x[i], rounded, n numbers.
void round_bfloat16(const float* x, std::size_t n, Bfloat16* to);

inline float to_float(Bfloat16 x) {
  return std::bit_cast<float>(std::uint32_t{x.bits} << 16);
}

}  // namespace hpsearch::nn
