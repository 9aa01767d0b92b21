// e^x inside loops over arrays: without branches, so that vector units take it.
#pragma once

#include <bit>
#include <cstdint>

namespace hpsearch::search {

// e^x for x <= 0, relative error below 2e-12; what is below e^-700 is e^-700 (1e-304). The same
// bits in every vector unit and on every machine.
inline double exp_of_negative(double x) {
  constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  constexpr double kLn2High = 0x1.62e42feep-1;  // its product with a whole number is exact
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  constexpr double kRound = 0x1.8p52;  // what is added to it has its whole part in the low bits
  const double bounded = x < -700.0 ? -700.0 : x;
  const double shifted = bounded * kInverseLn2 + kRound;
  const double k = shifted - kRound;
  const double r = (bounded - k * kLn2High) - k * kLn2Low;  // |r| <= ln 2 / 2
  // Interpolates e^r at the Chebyshev points of degree 8.
  double sum = 2.487616403756168e-05;
  sum = sum * r + 0.00019915866941726544;
  sum = sum * r + 0.0013888821677603455;
  sum = sum * r + 0.008333266097922691;
  sum = sum * r + 0.04166666689095713;
  sum = sum * r + 0.16666666891045911;
  sum = sum * r + 0.49999999999797934;
  sum = sum * r + 0.9999999999797852;
  sum = sum * r + 1.0;
  // Adds k to the exponent.
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(sum) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

}  // namespace hpsearch::search
