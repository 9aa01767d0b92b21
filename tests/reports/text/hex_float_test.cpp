#include "reports/text/hex_float.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

std::string by_printf(double value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%a", value);
  return text;
}

std::string by_us(double value) {
  std::string text;
  append_hex_float(text, value);
  return text;
}

TEST(HexFloat, IsWhatPrintfWrites) {
  using Limits = std::numeric_limits<double>;
  for (const double value :
       {0.0, -0.0, 1.0, -1.0, 0.1, 1.0 / 3.0, 2.0, 1024.0, 1e300, 1e-300, Limits::min(),
        Limits::max(), Limits::lowest(), Limits::denorm_min(), -Limits::denorm_min(),
        Limits::min() / 2.0, Limits::epsilon(), 1.0 + Limits::epsilon()}) {
    EXPECT_EQ(by_us(value), by_printf(value));
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    // Any bits, and few of them: trailing zeros are left out.
    const std::uint64_t bits = i % 2 == 0 ? random() : random() & (random() << (random() % 64));
    const auto value = std::bit_cast<double>(bits);
    if (std::isfinite(value)) {
      ASSERT_EQ(by_us(value), by_printf(value));
    }
  }
}

TEST(HexFloat, IsAppended) {
  std::string text = "a";
  append_hex_float(text, 0.5);
  EXPECT_EQ(text, "a0x1p-1");
}

}  // namespace
}  // namespace hpsearch::reports
