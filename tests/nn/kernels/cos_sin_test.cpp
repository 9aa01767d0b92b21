#include "nn/kernels/cos_sin.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {
namespace {

std::vector<float> turns() {
  std::vector<float> all;
  for (int i = -40000; i <= 40000; ++i) {
    all.push_back(static_cast<float>(i) * 0.0002F);
    all.push_back(static_cast<float>(i) * 0.37F);
  }
  return all;
}

TEST(CosSin, IsWithin3e7OfTheLibrary) {
  for (const float t : turns()) {
    // In double, after taking out whole turns, which is exact.
    const double whole = std::round(static_cast<double>(t));
    const double angle = 2.0 * std::numbers::pi * (static_cast<double>(t) - whole);
    const CosSin found = cos_sin_of_turns(t);
    EXPECT_NEAR(found.cos, std::cos(angle), 3e-7) << t;
    EXPECT_NEAR(found.sin, std::sin(angle), 3e-7) << t;
  }
}

TEST(CosSin, IsSymmetricAndZeroWhereItShouldBe) {
  EXPECT_EQ(cos_sin_of_turns(0.25F).cos, 0.0F);
  EXPECT_EQ(cos_sin_of_turns(0.5F).sin, 0.0F);
  EXPECT_EQ(cos_sin_of_turns(7.0F).sin, 0.0F);
  for (const float t : {0.1F, 0.3F, 0.45F, 3.2F}) {
    EXPECT_EQ(cos_sin_of_turns(t).cos, cos_sin_of_turns(-t).cos);
    EXPECT_EQ(cos_sin_of_turns(t).sin, -cos_sin_of_turns(-t).sin);
  }
}

TEST(CosSin, StaysFiniteFarOutAndLetsNaNThrough) {
  for (const float t : {1048575.9F, 1e7F, -1e30F, std::numeric_limits<float>::max()}) {
    EXPECT_LE(std::abs(cos_sin_of_turns(t).cos), 1.0F + 1e-6F) << t;
    EXPECT_LE(std::abs(cos_sin_of_turns(t).sin), 1.0F + 1e-6F) << t;
  }
  for (const float t :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_TRUE(std::isnan(cos_sin_of_turns(t).cos));
    EXPECT_TRUE(std::isnan(cos_sin_of_turns(t).sin));
  }
}

TEST(CosSin, HasTheSameBitsOnEveryVectorUnit) {
  const std::vector<float> t = turns();
  const auto on = [&](VectorUnit unit) {
    const VectorUnit before = use_vector_unit(unit);
    std::vector<float> out(2 * t.size());
    vectorised([x = t.data(), y = out.data(), n = t.size()] {
      for (std::size_t i = 0; i < n; ++i) {
        const CosSin both = cos_sin_of_turns(x[i]);
        y[i] = both.cos;
        y[n + i] = both.sin;
      }
    });
    use_vector_unit(before);
    return out;
  };
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx2));
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx512));
}

}  // namespace
}  // namespace hpsearch::nn
