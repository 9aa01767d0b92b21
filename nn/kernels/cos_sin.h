// Cosine and sine in float, written like vector_math.h: branch-free, the same bits on every CPU,
// safe on any thread.
#pragma once

#include <cmath>

namespace hpsearch::nn {

struct CosSin {
  float cos;
  float sin;
};

// sin(2 pi y) for |y| <= 1/4: an odd polynomial, fitted for the least absolute error (3e-9).
inline float sin_of_quarter(float y) {
  const float z = y * y;
  float p = 39.53670378040994F;
  p = p * z - 76.54978200761319F;
  p = p * z + 81.60100406151518F;
  p = p * z - 41.34165503124121F;
  p = p * z + 6.2831851600888005F;
  return y * p;
}

// cos(2 pi t) and sin(2 pi t) within 3e-7: with whole turns the range reduction is exact. With the
// distance a = |r| to the nearest whole number, cos(2 pi t) = sin(2 pi (1/4 - a)), and |sin(2 pi
// t)| is that of a or of 1/2 - a. Beyond 2^20 turns, where float has no digits left for it, the
// result is that of t = 0. NaN stays NaN.
inline CosSin cos_sin_of_turns(float t) {
  constexpr float kMost = 1048576.0F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float x = std::abs(t) < kMost ? t : t * 0.0F;
  const float r = x - ((x + kRound) - kRound);
  const float a = std::abs(r);
  const float fold = a > 0.25F ? 0.5F - a : a;
  return {sin_of_quarter(0.25F - a), sin_of_quarter(std::copysign(fold, r))};
}

}  // namespace hpsearch::nn
