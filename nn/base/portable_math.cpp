#include "nn/base/portable_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace hpsearch::nn {
namespace {

// ln 2 in two parts (Cody and Waite 1980). The high part ends in 21 zero bits, which makes
// k * kLn2High exact for |k| < 2^21.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// x * 2^k for any k that a double's exponent can need. Two factors, because 2^k itself may lie
// outside the normal range (k = 1024, or subnormal results) while the product does not.
double scale_by_power_of_two(double x, int k) {
  auto power = [](int e) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
  };
  const int half = k / 2;
  return x * power(half) * power(k - half);
}

}  // namespace

double portable_exp(double x) {
  if (std::isnan(x)) {
    return x;
  }
  // Beyond these bounds the result rounds to infinity, or to zero even as a subnormal.
  if (x > 709.782712893384) {
    return kInfinity;
  }
  if (x < -745.2) {
    return 0.0;
  }
  // x = k ln 2 + r with |r| <= ln 2 / 2. The Taylor series is cut after r^13; the rest is below
  // 2^-58 of the sum. Horner's scheme, from 1/13! down to 1/2!.
  const double k = std::floor(x * kInverseLn2 + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1.0 / 6227020800.0;
  constexpr double kInverseFactorials[] = {1.0 / 479001600.0,
                                           1.0 / 39916800.0,
                                           1.0 / 3628800.0,
                                           1.0 / 362880.0,
                                           1.0 / 40320.0,
                                           1.0 / 5040.0,
                                           1.0 / 720.0,
                                           1.0 / 120.0,
                                           1.0 / 24.0,
                                           1.0 / 6.0,
                                           0.5};
  for (const double c : kInverseFactorials) {
    sum = sum * r + c;
  }
  // The small terms come first: added to 1 one by one, each would lose its low bits.
  return scale_by_power_of_two(1.0 + (r + r * r * sum), static_cast<int>(k));
}

double portable_log(double x) {
  if (std::isnan(x) || x < 0.0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (x == 0.0) {
    return -kInfinity;
  }
  if (x == kInfinity) {
    return x;
  }
  int exponent = 0;
  // A subnormal has no implicit leading bit; scaling makes it normal, exactly.
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  // x = 2^exponent m with m in (sqrt(1/2), sqrt(2)], so that ln m is small on both sides of 1.
  double m = std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffffULL) | 0x3ff0'0000'0000'0000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  // ln m = 2 atanh(s) = f - (f^2 / 2 - s (f^2 / 2 + R)) with f = m - 1, s = f / (2 + f) and
  // R = sum over odd n >= 3 of 2/n s^(n - 1): the leading term f is exact (as in FreeBSD's
  // e_log.c).
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double series = 0.0;
  for (int n = 23; n >= 3; n -= 2) {
    series = (series + 2.0 / n) * z;
  }
  const double half_square = 0.5 * f * f;
  const double e = exponent;
  return e * kLn2High - ((half_square - (s * (half_square + series) + e * kLn2Low)) - f);
}

SinCos portable_sincos_turns(double t) {
  // t = q quarter turns + r with |r| <= 1/8 turn. Both are exact, since the unit is a turn rather
  // than a radian; only a = 2 pi r rounds.
  const double q = std::floor(t * 4.0 + 0.5);
  const double r = t - q * 0.25;
  constexpr double kTwoPi = 0x1.921fb54442d18p+2;
  const double a = r * kTwoPi;
  const double z = a * a;
  double sin = 0.0;
  double cos = 0.0;
  // Taylor series, nested from the innermost term: 1 - cos a and 1 - sin(a) / a.
  for (int n = 16; n >= 2; n -= 2) {
    sin = (1.0 - sin) * z / static_cast<double>(n * (n + 1));
    cos = (1.0 - cos) * z / static_cast<double>(n * (n - 1));
  }
  sin = a - a * sin;
  cos = 1.0 - cos;
  // sin and cos of a + q pi/2.
  switch (static_cast<int>(q) & 3) {
    case 0:
      return {sin, cos};
    case 1:
      return {cos, -sin};
    case 2:
      return {-sin, -cos};
    default:
      return {-cos, sin};
  }
}

}  // namespace hpsearch::nn
