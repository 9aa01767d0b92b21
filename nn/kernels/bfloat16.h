// bfloat16: the upper half of a float32, with the same range and 8 bits of precision. Pure
// functions, safe on any thread.
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

// Rounds to nearest, ties to even, like the CPU's instruction. NaN stays NaN.
inline Bfloat16 round_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  // Adds just under half a unit of the upper half, and the last bit that breaks ties towards even.
  // The carry may run into the exponent, which is correct rounding too; in a NaN it could end in an
  // infinity, so a NaN is truncated with its quiet bit set instead.
  const std::uint32_t rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  return {static_cast<std::uint16_t>((x == x ? rounded : bits | 0x400000) >> 16)};
}

// to[i] = x[i] rounded, for n numbers. The arrays must not overlap.
void round_bfloat16(const float* x, std::size_t n, Bfloat16* to);

// Exact.
inline float to_float(Bfloat16 x) {
  return std::bit_cast<float>(std::uint32_t{x.bits} << 16);
}

}  // namespace hpsearch::nn
