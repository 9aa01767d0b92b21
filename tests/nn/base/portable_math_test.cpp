#include "nn/base/portable_math.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

// Error in units in the last place, with long double in place of the exact result.
double ulps(double value, long double exact) {
  const double magnitude = std::abs(static_cast<double>(exact));
  const double unit =
      std::nextafter(magnitude, std::numeric_limits<double>::infinity()) - magnitude;
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact)) / unit;
}

TEST(PortableMath, ExpIsWithinTwoUlps) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> x(-708.0, 709.7);
  double worst = 0.0;
  for (int i = 0; i < 300'000; ++i) {
    const double v = i % 2 == 0 ? x(random) : x(random) / 700.0;
    worst = std::max(worst, ulps(portable_exp(v), std::exp(static_cast<long double>(v))));
  }
  EXPECT_LT(worst, 2.0);
}

TEST(PortableMath, LogIsWithinTwoUlps) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-1000.0, 1000.0);
  std::uniform_real_distribution<double> near_one(0.5, 1.5);
  double worst = 0.0;
  for (int i = 0; i < 300'000; ++i) {
    const double v = i % 2 == 0 ? std::exp2(exponent(random)) : near_one(random);
    worst = std::max(worst, ulps(portable_log(v), std::log(static_cast<long double>(v))));
  }
  EXPECT_LT(worst, 2.0);
}

TEST(PortableMath, SinAndCosAreWithinTwoRoundingErrorsOfOne) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> turns(0.0, 1.0);
  constexpr long double kTwoPi = 6.283185307179586476925286766559L;
  for (int i = 0; i < 300'000; ++i) {
    const double t = turns(random);
    const SinCos value = portable_sincos_turns(t);
    ASSERT_NEAR(value.sin, static_cast<double>(std::sin(kTwoPi * static_cast<long double>(t))),
                2.3e-16);
    ASSERT_NEAR(value.cos, static_cast<double>(std::cos(kTwoPi * static_cast<long double>(t))),
                2.3e-16);
  }
  EXPECT_EQ(portable_sincos_turns(0.25).sin, 1.0);
  EXPECT_EQ(portable_sincos_turns(0.5).cos, -1.0);
}

TEST(PortableMath, KnowsTheEdges) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(portable_exp(0.0), 1.0);
  EXPECT_EQ(portable_exp(800.0), infinity);
  EXPECT_EQ(portable_exp(-800.0), 0.0);
  EXPECT_EQ(portable_exp(-745.0), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::isnan(portable_exp(std::nan(""))));
  EXPECT_EQ(portable_log(1.0), 0.0);
  EXPECT_EQ(portable_log(0.0), -infinity);
  EXPECT_EQ(portable_log(infinity), infinity);
  EXPECT_TRUE(std::isnan(portable_log(-1.0)));
  EXPECT_NEAR(portable_log(std::numeric_limits<double>::denorm_min()), -744.4400719213812, 1e-12);
}

}  // namespace
}  // namespace hpsearch::nn
