// The numbers that most cells of a table hold, read fast.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hpsearch::nn {

// A sign or none, and up to 19 digits with at most one point, where a double holds both the digits
// and the power of ten exactly: one division then rounds as IEEE 754 asks (Clinger 1990), so the
// result is that of std::from_chars, in a fifth of its time. Nothing for all other texts, which may
// be numbers too.
inline std::optional<double> read_short_number(std::string_view text) {
  constexpr std::array kPowersOfTen{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53U;
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool minus = at != end && *at == '-';
  at += at != end && (minus || *at == '+') ? 1 : 0;
  if (end - at >= static_cast<std::ptrdiff_t>(kPowersOfTen.size())) {
    return std::nullopt;
  }
  std::uint64_t digits = 0;
  const auto take_digits = [&] {
    const char* const first = at;
    for (; at != end && *at >= '0' && *at <= '9'; ++at) {
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    }
    return static_cast<std::size_t>(at - first);
  };
  const std::size_t whole = take_digits();
  std::size_t decimals = 0;
  if (at != end && *at == '.') {
    ++at;
    decimals = take_digits();
  }
  if (at != end || whole + decimals == 0 || digits > kExact) {
    return std::nullopt;
  }
  const double value = static_cast<double>(digits) / kPowersOfTen[decimals];
  return minus ? -value : value;
}

}  // namespace hpsearch::nn
