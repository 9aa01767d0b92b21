#include "search/models/feasible_region.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

GpPosterior posterior(std::uint64_t seed) {
  nn::Stream stream(seed, nn::Purpose::kSuggest);
  GpData data;
  data.categorical = {false, false};
  data.columns.resize(2);
  for (int i = 0; i < 12; ++i) {
    data.columns[0].push_back(stream.uniform());
    data.columns[1].push_back(stream.uniform());
    data.y.push_back(stream.normal());
  }
  GpKernel kernel = default_gp_kernel(2);
  kernel.noise = 0.01;
  return {data, kernel};
}

FeasibleRegion region() {
  FeasibleRegion region;
  region.add(posterior(1), 0.3);
  region.add(posterior(2), -0.4);
  return region;
}

// By the error function, from the same predictions.
double expected(const std::vector<double>& point) {
  const auto chance = [&](const GpPosterior& margin, double border) {
    const auto there = margin.at(point);
    return 0.5 * std::erfc((there.mean - border) / std::sqrt(2.0 * there.variance));
  };
  return std::log(chance(posterior(1), 0.3) * chance(posterior(2), -0.4));
}

TEST(FeasibleRegion, MultipliesTheChancesOfItsConstraints) {
  EXPECT_EQ(FeasibleRegion().log_chance(std::vector{0.5, 0.5}), 0.0);
  const FeasibleRegion both = region();
  const std::vector<double> points{0.1, 0.9, 0.5, 0.5, 0.8, 0.2};
  const auto all = both.log_chances(points, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<double> point{points[2 * i], points[2 * i + 1]};
    EXPECT_NEAR(both.log_chance(point), expected(point), 1e-9);
    EXPECT_NEAR(all[i], expected(point), 1e-9);
  }
}

TEST(FeasibleRegion, HasTheGradientOfFiniteDifferences) {
  const FeasibleRegion both = region();
  for (const std::vector<double>& point : {std::vector{0.3, 0.6}, std::vector{0.9, 0.1}}) {
    std::vector<double> gradient{10.0, 20.0};  // is added to
    EXPECT_NEAR(both.log_chance(point, gradient), expected(point), 1e-9);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      constexpr double kStep = 1e-5;
      std::vector<double> up = point;
      std::vector<double> down = point;
      up[axis] += kStep;
      down[axis] -= kStep;
      EXPECT_NEAR(gradient[axis] - 10.0 * static_cast<double>(axis + 1),
                  (expected(up) - expected(down)) / (2.0 * kStep), 1e-4);
    }
  }
}

// Far outside the region the probability is 0 in doubles, and its logarithm is not.
TEST(FeasibleRegion, TellsHopelessPointsApart) {
  FeasibleRegion far;
  far.add(posterior(1), -200.0);
  FeasibleRegion further;
  further.add(posterior(1), -300.0);
  const std::vector<double> point{0.5, 0.5};
  std::vector<double> gradient(2, 0.0);
  EXPECT_TRUE(std::isfinite(far.log_chance(point, gradient)));
  EXPECT_TRUE(std::isfinite(gradient[0]));
  EXPECT_LT(further.log_chance(point), far.log_chance(point));
  EXPECT_LT(far.log_chance(point), -700.0);
}

}  // namespace
}  // namespace hpsearch::search
