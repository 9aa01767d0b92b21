#include "nn/kernels/bfloat16.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

// The midpoint of every pair of neighbouring bfloat16 numbers, and the floats next to it.
TEST(Bfloat16, IsTheNearestAndOfTwoTheEvenOne) {
  for (std::uint32_t high = 0; high < 0x7F7F; ++high) {
    const float below = to_float({static_cast<std::uint16_t>(high)});
    const float above = to_float({static_cast<std::uint16_t>(high + 1)});
    for (const std::uint32_t low : {0x0000U, 0x0001U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU}) {
      const auto x = std::bit_cast<float>(high << 16 | low);
      const double down = static_cast<double>(x) - static_cast<double>(below);
      const double up = static_cast<double>(above) - static_cast<double>(x);
      const bool goes_up = up < down || (up == down && high % 2 == 1);
      ASSERT_EQ(to_float(round_bfloat16(x)), goes_up ? above : below) << x;
      ASSERT_EQ(to_float(round_bfloat16(-x)), goes_up ? -above : -below) << x;
    }
  }
}

TEST(Bfloat16, KeepsWhatIsNotFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(to_float(round_bfloat16(infinity)), infinity);
  EXPECT_EQ(to_float(round_bfloat16(-infinity)), -infinity);
  for (const std::uint32_t bits : {0x7F800001U, 0x7FFFFFFFU, 0xFFFFFFFFU, 0x7FC00000U}) {
    EXPECT_TRUE(std::isnan(to_float(round_bfloat16(std::bit_cast<float>(bits))))) << bits;
  }
}

}  // namespace
}  // namespace hpsearch::nn
