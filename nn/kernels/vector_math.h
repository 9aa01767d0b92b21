// exp, expm1 and log in float, written so that the compiler can vectorise loops that call them,
// which it cannot do with the C library's. Branch-free, the same bits on every CPU, safe on any
// thread. Range reductions and polynomials are those of Cephes (Moshier), expf and logf.
#pragma once

#include <bit>
#include <cstdint>

namespace hpsearch::nn {

// e^x = scale (1 + fraction) for -87 <= x <= 0, where scale is a power of two.
struct ExponentialParts {
  float scale;
  float fraction;  // e^r - 1 for a remainder |r| <= ln(2) / 2, without cancellation
};

inline ExponentialParts exponential_parts(float x) {
  constexpr float kInverseLn2 = 1.44269504F;
  // ln 2 in two parts; few bits in the first make k * kLn2High exact.
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float k = (x * kInverseLn2 + kRound) - kRound;
  const float r = (x - k * kLn2High) - k * kLn2Low;
  // e^r = 1 + r + r^2 p(r).
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  return {std::bit_cast<float>((static_cast<std::int32_t>(k) + 127) << 23), r + r * r * p};
}

// Where the exponential becomes 0: just above it, 2^k is still a normal number (k >= -126).
inline constexpr float kLowestExponent = -87.0F;

// e^x for x <= 0, within 2 units in the last place; 0 below -87. Returns 0 for NaN: callers that
// may meet NaN must carry it some other way.
inline float exp_nonpositive(float x) {
  const float c = x > kLowestExponent ? x : kLowestExponent;
  const ExponentialParts e = exponential_parts(c);
  return x > kLowestExponent ? (1.0F + e.fraction) * e.scale : 0.0F;
}

// e^x - 1 for x <= 0, accurate near 0; -1 below -87. Returns -1 for NaN.
inline float expm1_nonpositive(float x) {
  const float c = x > kLowestExponent ? x : kLowestExponent;
  const ExponentialParts e = exponential_parts(c);
  return x > kLowestExponent ? e.scale * e.fraction + (e.scale - 1.0F) : -1.0F;
}

// ln x for a normal number x > 0, within 2 units in the last place of the larger of 1 and the
// result. The result for NaN is unspecified: callers that may meet NaN must carry it some other
// way.
inline float log_positive(float x) {
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr std::int32_t kRootHalf = 0x3F3504F3;  // the bits of sqrt(1/2)
  // x = 2^k (1 + m) with 1 + m from sqrt(1/2) to sqrt(2), by integer arithmetic on the bits.
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t k = (bits - kRootHalf) >> 23;
  const float m = std::bit_cast<float>(bits - (k << 23)) - 1.0F;
  // ln(1 + m) = m - m^2 / 2 + m^3 p(m).
  float p = 7.0376836292e-2F;
  p = p * m - 1.1514610310e-1F;
  p = p * m + 1.1676998740e-1F;
  p = p * m - 1.2420140846e-1F;
  p = p * m + 1.4249322787e-1F;
  p = p * m - 1.6668057665e-1F;
  p = p * m + 2.0000714765e-1F;
  p = p * m - 2.4999993993e-1F;
  p = p * m + 3.3333331174e-1F;
  const float e = static_cast<float>(k);
  const float square = m * m;
  const float tail = m * square * p + e * kLn2Low - 0.5F * square;
  return (m + tail) + e * kLn2High;
}

}  // namespace hpsearch::nn
