#include "search/space/distribution.h"

#include <cmath>
#include <limits>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/statistics.h"

namespace hpsearch::search {
namespace {

using testing::DoubleEq;
using testing::Optional;

constexpr std::size_t kDraws = 100'000;

struct RangeCase {
  std::string name;
  Numeric range;
};
void PrintTo(const RangeCase& row, std::ostream* out) {
  *out << row.name;
}
class NumericRange : public testing::TestWithParam<RangeCase> {};

// Walks the multiples one by one.
double count_by_walking(const Numeric& range) {
  double count = 0;
  for (int k = -100'000; k <= 100'000; ++k) {
    const double value = k * range.step;
    const double slack = 1e-9 * range.step;
    count += value >= range.low - slack && value <= range.high + slack ? 1 : 0;
  }
  return count;
}

TEST_P(NumericRange, NeverLeavesItsRange) {
  const Numeric& range = GetParam().range;
  for (const nn::Value& value : draw_many(range, kDraws)) {
    ASSERT_EQ(std::holds_alternative<std::int64_t>(value), range.integer);
    ASSERT_TRUE(value.number() >= range.low && value.number() <= range.high)
        << nn::to_text(value) << " outside [" << range.low << ", " << range.high << "]";
  }
}

TEST_P(NumericRange, DoesNotCollapseToOnePoint) {
  std::set<double> seen;
  for (const nn::Value& value : draw_many(GetParam().range, 100)) {
    seen.insert(value.number());
  }
  EXPECT_GT(seen.size(), 2U);
}

constexpr double kMax = std::numeric_limits<double>::max();

INSTANTIATE_TEST_SUITE_P(
    Distribution,
    NumericRange,
    testing::Values(RangeCase{"Unit", {0.0, 1.0, false, 0.0, false}},
                    RangeCase{"Negative", {-3.0, -1.0, false, 0.0, false}},
                    RangeCase{"NeighbouringMillions", {1e6, 1e6 + 1e-3, false, 0.0, false}},
                    RangeCase{"AllNumbers", {-kMax, kMax, false, 0.0, false}},
                    RangeCase{"Log", {1e-6, 1.0, true, 0.0, false}},
                    RangeCase{"LogOfSixHundredDecades", {1e-300, 1e300, true, 0.0, false}},
                    RangeCase{"LogNarrow", {1.0, 1.0 + 1e-9, true, 0.0, false}},
                    RangeCase{"Tenths", {0.0, 1.0, false, 0.1, false}},
                    RangeCase{"TenthsBetweenMultiples", {0.05, 0.79, false, 0.1, false}},
                    RangeCase{"NegativeHalves", {-2.25, 2.25, false, 0.5, false}},
                    RangeCase{"Integers", {1.0, 8.0, false, 1.0, true}},
                    RangeCase{"IntegersUpToTwoToThe53",
                              {9007199254740980.0, 9007199254740989.0, false, 1, true}},
                    RangeCase{"LogIntegers", {1.0, 1024.0, true, 1.0, true}},
                    RangeCase{"LogEighths", {8.0, 512.0, true, 8.0, true}},
                    RangeCase{"LogStepsAboveATinyBound", {1e-12, 10.0, true, 1.0, false}}),
    [](const auto& row) { return row.param.name; });

TEST(Distribution, ReachesBothEndsOfSteppedRanges) {
  for (const Numeric& range :
       {Numeric{0.0, 1.0, false, 0.1, false}, Numeric{0.1, 0.3, false, 0.1, false},
        Numeric{1.0, 64.0, true, 1.0, true}}) {
    std::set<double> seen;
    for (const nn::Value& value : draw_many(range, 10'000)) {
      seen.insert(value.number());
    }
    EXPECT_EQ(*seen.begin(), range.low);
    EXPECT_EQ(*seen.rbegin(), range.high);
    EXPECT_EQ(static_cast<double>(seen.size()), count_by_walking(range));
  }
}

TEST(Distribution, HitsStepsAsTheyAreWritten) {
  std::set<std::string> seen;
  for (const nn::Value& value : draw_many(Numeric{0.0, 0.7, false, 0.1, false}, 1000)) {
    seen.insert(nn::to_text(value));
  }
  EXPECT_THAT(seen, testing::ElementsAre("0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"));
}

TEST(Distribution, GivesEachDecadeOfALogRangeItsShare) {
  std::map<int, std::size_t> decades;
  for (const nn::Value& value : draw_many(Numeric{1e-6, 1.0, true, 0.0, false}, kDraws)) {
    ++decades[static_cast<int>(std::floor(std::log10(value.number())))];
  }
  for (int decade = -6; decade < 0; ++decade) {
    expect_share(decades[decade], kDraws, 1.0 / 6.0);
  }
}

TEST(Distribution, HasTheMeanAndTheVarianceOfTheUniform) {
  double sum = 0.0;
  double squares = 0.0;
  for (const nn::Value& value : draw_many(Numeric{-1.0, 3.0, false, 0.0, false}, kDraws)) {
    sum += value.number();
    squares += (value.number() - 1.0) * (value.number() - 1.0);
  }
  const double n = static_cast<double>(kDraws);
  // Width w = 4: variance w^2/12, variance of the square of the deviation w^4/180.
  EXPECT_NEAR(sum / n, 1.0, 5.0 * std::sqrt(16.0 / 12.0 / n));
  EXPECT_NEAR(squares / n, 16.0 / 12.0, 5.0 * std::sqrt(256.0 / 180.0 / n));
}

TEST(Distribution, GivesEachStepTheSameShare) {
  std::map<std::int64_t, std::size_t> counts;
  for (const nn::Value& value : draw_many(Numeric{3.0, 9.0, false, 1.0, true}, kDraws)) {
    ++counts[std::get<std::int64_t>(value)];
  }
  ASSERT_EQ(counts.size(), 7U);
  for (const auto& [value, count] : counts) {
    expect_share(count, kDraws, 1.0 / 7.0);
  }
}

TEST(Distribution, GivesLogStepsTheWidthOfTheirCells) {
  const Numeric range{2.0, 20.0, true, 2.0, true};
  std::map<std::int64_t, std::size_t> counts;
  for (const nn::Value& value : draw_many(range, kDraws)) {
    ++counts[std::get<std::int64_t>(value)];
  }
  ASSERT_EQ(counts.size(), 10U);
  // The cell of v reaches from v - 1 to v + 1; all cells together from 1 to 21.
  for (const auto& [value, count] : counts) {
    const double v = static_cast<double>(value);
    expect_share(count, kDraws, std::log((v + 1.0) / (v - 1.0)) / std::log(21.0));
  }
}

TEST(Distribution, GivesEachCategoryTheSameShare) {
  const std::vector<nn::Value> values{std::string("relu"), true, std::int64_t{3}, 3.0,
                                      nn::ValueList{std::int64_t{64}, std::int64_t{32}}};
  std::vector<std::size_t> counts(values.size());
  for (const nn::Value& value : draw_many(Categorical{values}, kDraws)) {
    const auto found = std::find(values.begin(), values.end(), value);
    ASSERT_NE(found, values.end());
    ++counts[static_cast<std::size_t>(found - values.begin())];
  }
  for (const std::size_t count : counts) {
    expect_share(count, kDraws, 1.0 / 5.0);
  }
}

TEST(Distribution, KeepsAFixedValueAndItsType) {
  nn::Stream stream(1, nn::Purpose::kSample);
  EXPECT_EQ(sample(Fixed{std::int64_t{3}}, stream), nn::Value(std::int64_t{3}));
  EXPECT_EQ(sample(Fixed{3.0}, stream), nn::Value(3.0));
}

TEST(UnitCoordinate, PutsTheEndsAtZeroAndOne) {
  EXPECT_THAT(unit_coordinate(Numeric{-2.0, 6.0, false, 0.0, false}, -2.0), Optional(0.0));
  EXPECT_THAT(unit_coordinate(Numeric{-2.0, 6.0, false, 0.0, false}, 2.0), Optional(0.5));
  EXPECT_THAT(unit_coordinate(Numeric{-2.0, 6.0, false, 0.0, false}, 6.0), Optional(1.0));
  EXPECT_THAT(unit_coordinate(Numeric{1e-4, 1.0, true, 0.0, false}, 1e-4), Optional(0.0));
  EXPECT_THAT(unit_coordinate(Numeric{1e-4, 1.0, true, 0.0, false}, 1e-2), Optional(DoubleEq(0.5)));
  EXPECT_THAT(unit_coordinate(Numeric{1e-4, 1.0, true, 0.0, false}, 1.0), Optional(1.0));
}

TEST(UnitCoordinate, IsFiniteInRangesWiderThanAnyNumber) {
  EXPECT_THAT(unit_coordinate(Numeric{-kMax, kMax, false, 0.0, false}, 0.0), Optional(0.5));
  EXPECT_THAT(unit_coordinate(Numeric{-kMax, kMax, false, 0.0, false}, kMax), Optional(1.0));
}

TEST(UnitCoordinate, GoesOnOutsideTheRange) {
  EXPECT_THAT(unit_coordinate(Numeric{0.0, 2.0, false, 0.0, false}, 3.0), Optional(1.5));
  EXPECT_THAT(unit_coordinate(Numeric{1.0, 10.0, true, 0.0, false}, 0.1), Optional(DoubleEq(-1.0)));
}

TEST(UnitCoordinate, CountsIntegersAsNumbers) {
  EXPECT_THAT(unit_coordinate(Numeric{1.0, 5.0, false, 1.0, true}, std::int64_t{2}),
              Optional(0.25));
}

TEST(UnitCoordinate, IsEmptyForWhatHasNoPlace) {
  EXPECT_EQ(unit_coordinate(Fixed{1.0}, 1.0), std::nullopt);
  EXPECT_EQ(unit_coordinate(Categorical{{1.0, 2.0}}, 1.0), std::nullopt);
  EXPECT_EQ(unit_coordinate(Numeric{0.0, 1.0, false, 0.0, false}, std::string("0.5")),
            std::nullopt);
  EXPECT_EQ(unit_coordinate(Numeric{1e-3, 1.0, true, 0.0, false}, 0.0), std::nullopt);
}

TEST(ValueCount, EqualsWalkingTheRange) {
  for (const Numeric& range :
       {Numeric{0.0, 1.0, false, 0.1, false}, Numeric{0.1, 0.3, false, 0.1, false},
        Numeric{0.05, 0.79, false, 0.1, false}, Numeric{-2.25, 2.25, false, 0.5, false},
        Numeric{1.0, 64.0, true, 1.0, true}, Numeric{8.0, 500.0, true, 8.0, true},
        Numeric{3.0, 3.0, false, 1.0, true}, Numeric{300.3, 300.9, false, 0.1, false}}) {
    EXPECT_THAT(value_count(range), Optional(count_by_walking(range)))
        << range.low << " ... " << range.high;
    EXPECT_TRUE(has_values(range));
  }
}

TEST(ValueCount, CountsCategoriesAndFixedValuesButNotRealNumbers) {
  EXPECT_THAT(value_count(Fixed{0.5}), Optional(1.0));
  EXPECT_THAT(value_count(Categorical{{1.0, 2.0, 4.0}}), Optional(3.0));
  EXPECT_EQ(value_count(Numeric{}), std::nullopt);
}

TEST(HasValues, MissesNoStepAndInventsNone) {
  EXPECT_FALSE(has_values(Numeric{0.11, 0.19, false, 0.1, false}));
  EXPECT_TRUE(has_values(Numeric{0.11, 0.21, false, 0.1, false}));
  EXPECT_FALSE(has_values(Numeric{1e-12, 0.5, true, 1.0, false}));
  EXPECT_FALSE(has_values(Numeric{1.0, 0.0, false, 0.0, false}));
}

}  // namespace
}  // namespace hpsearch::search
