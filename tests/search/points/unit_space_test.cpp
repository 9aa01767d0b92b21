#include "search/points/unit_space.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

const std::vector<Numeric> kStepped{{0.0, 5.0, false, 0.5, false},  {0.0, 10.0, false, 1.0, true},
                                    {4.0, 1024.0, true, 1.0, true}, {8.0, 256.0, true, 8.0, true},
                                    {-3.0, 3.0, false, 1.0, true},  {7.0, 7.0, false, 1.0, true},
                                    {0.0, 0.5, false, 0.1, false}};

TEST(Axis, GivesEveryStepItsCoordinateAndBack) {
  for (const Numeric& range : kStepped) {
    const Parameter parameter{"p", range};
    const Axis axis(parameter);
    const std::vector<nn::Value> values = all_values(range);
    ASSERT_EQ(axis.levels(), values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double at = axis.coordinate(values[k]);
      EXPECT_EQ(axis.value(at), values[k]);
      EXPECT_EQ(axis.level(at), k);
      EXPECT_EQ(at, axis.level_coordinate(k));
      EXPECT_LT(axis.cell_begin(k), at);
      EXPECT_GT(axis.cell_begin(k + 1), at);
    }
    EXPECT_NEAR(axis.cell_begin(0), 0.0, 1e-12);
    EXPECT_EQ(axis.cell_begin(values.size()), 1.0);
  }
}

// Axes and draws divide the interval in the same way: a model gives no step more room than a draw
// does.
TEST(Axis, SharesTheIntervalAmongStepsAsDrawsDo) {
  for (const Numeric& range : kStepped) {
    const Parameter parameter{"p", range};
    const Axis axis(parameter);
    for (double unit = 0.0005; unit < 1.0; unit += 0.001) {
      EXPECT_EQ(axis.value(unit), value_at(parameter.distribution, unit)) << unit;
    }
  }
}

TEST(Axis, PutsNumbersOnTheirOwnScale) {
  const Parameter rate{"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}};
  const Axis axis(rate);
  EXPECT_EQ(axis.levels(), 0U);
  EXPECT_NEAR(axis.coordinate(nn::Value(1e-2)), 0.5, 1e-12);
  EXPECT_NEAR(axis.value(0.25).number(), 1e-3, 1e-12);
  EXPECT_NEAR(axis.value(0.0).number(), 1e-4, 1e-17);
  EXPECT_EQ(axis.value(1.0).number(), 1.0);
}

TEST(Axis, MovesWhatLiesOutsideToTheNearerEnd) {
  const Parameter rate{"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}};
  EXPECT_EQ(Axis(rate).coordinate(nn::Value(2.0)), 1.0);
  EXPECT_EQ(Axis(rate).coordinate(nn::Value(-2.0)), 0.0);
  EXPECT_EQ(Axis(rate).value(1.5).number(), 1.0);
  EXPECT_TRUE(std::isnan(Axis(rate).coordinate(nn::Value(std::string("fast")))));
}

TEST(Axis, ServesTheWidestRangeAndTheNarrowest) {
  const Parameter wide{"x", Numeric{-1.7e308, 1.7e308, false, 0.0, false}};
  EXPECT_NEAR(Axis(wide).coordinate(nn::Value(0.0)), 0.5, 1e-12);
  const Parameter narrow{"x", Numeric{0.1, 0.1, false, 0.0, false}};
  EXPECT_EQ(Axis(narrow).coordinate(nn::Value(0.1)), 0.0);
  EXPECT_EQ(Axis(narrow).value(0.7).number(), 0.1);
}

TEST(Axis, CountsCategories) {
  const Parameter parameter{"activation", Categorical{{std::string("relu"), std::string("tanh")}}};
  const Axis axis(parameter);
  EXPECT_EQ(axis.kind(), Axis::Kind::kCategorical);
  EXPECT_EQ(axis.coordinate(nn::Value(std::string("tanh"))), 1.0);
  EXPECT_EQ(axis.value(1.0), nn::Value(std::string("tanh")));
  EXPECT_TRUE(std::isnan(axis.coordinate(nn::Value(std::string("elu")))));
}

TEST(UnitSpace, LeavesFixedParametersOutAndPutsThemBack) {
  const Space space{{"a", Numeric{0.0, 2.0, false, 0.0, false}},
                    {"fixed", Fixed{0.9}},
                    {"z", Categorical{{true, false}}}};
  const UnitSpace units(space);
  ASSERT_EQ(units.size(), 2U);
  std::vector<double> point(2);
  const ParamSet params{{"a", 0.5}, {"fixed", 0.9}, {"z", false}};
  units.encode(params, point);
  EXPECT_EQ(point, (std::vector<double>{0.25, 1.0}));
  EXPECT_EQ(units.decode(point), params);
  units.encode({{"a", 0.5}}, point);
  EXPECT_TRUE(std::isnan(point[1]));
}

}  // namespace
}  // namespace hpsearch::search
