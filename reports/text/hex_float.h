// Floating-point numbers in hexadecimal, without the cost of a format string.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <string>

namespace hpsearch::reports {

// Appends a finite number as C's %a writes it: "-0x1.8p+1", "0x0p+0", "0x0.8p-1022".
inline void append_hex_float(std::string& text, double value) {
  constexpr int kFractionBits = 52;
  constexpr int kBias = 1023;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const int field = static_cast<int>((bits >> kFractionBits) & 0x7FF);
  std::uint64_t fraction = bits << 12;  // its first hexadecimal digit at the top
  char out[32];
  char* end = out;
  if ((bits >> 63) != 0) {
    *end++ = '-';
  }
  *end++ = '0';
  *end++ = 'x';
  *end++ = field == 0 ? '0' : '1';
  if (fraction != 0) {
    *end++ = '.';
  }
  for (; fraction != 0; fraction <<= 4) {
    *end++ = "0123456789abcdef"[fraction >> 60];
  }
  const bool zero = (bits << 1) == 0;
  const int exponent = zero ? 0 : field == 0 ? 1 - kBias : field - kBias;
  *end++ = 'p';
  *end++ = exponent < 0 ? '-' : '+';
  end = std::to_chars(end, out + sizeof(out), exponent < 0 ? -exponent : exponent).ptr;
  text.append(out, end);
}

}  // namespace hpsearch::reports
