// e^x for loops over arrays: free of branches, so that compilers vectorise it.
#pragma once

#include <bit>
#include <cstdint>

namespace hpsearch::search {

// e^x for x <= 0 with a relative error below 2e-12; anything below e^-700 (about 1e-304) becomes
// e^-700. Bit-identical in every vector unit and on every machine.
inline double exp_of_negative(double x) {
  constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  constexpr double kLn2High = 0x1.62e42feep-1;  // its product with an integer is exact
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  constexpr double kRound = 0x1.8p52;  // adding this puts the integer part into the low bits
  const double bounded = x < -700.0 ? -700.0 : x;
  const double shifted = bounded * kInverseLn2 + kRound;
  const double k = shifted - kRound;
  const double r = (bounded - k * kLn2High) - k * kLn2Low;  // |r| <= ln 2 / 2
  // A polynomial of degree 8 through e^r at the Chebyshev nodes.
  double sum = 2.487616403756168e-05;
  sum = sum * r + 0.00019915866941726544;
  sum = sum * r + 0.0013888821677603455;
  sum = sum * r + 0.008333266097922691;
  sum = sum * r + 0.04166666689095713;
  sum = sum * r + 0.16666666891045911;
  sum = sum * r + 0.49999999999797934;
  sum = sum * r + 0.9999999999797852;
  sum = sum * r + 1.0;
  // Adds k to the exponent field.
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(sum) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

}  // namespace hpsearch::search
