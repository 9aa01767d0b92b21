#include "search/points/grid.h"

#include <cmath>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const Grid& grid, std::uint64_t count) {
  std::vector<std::string> result;
  for (std::uint64_t i = 0; i < count; ++i) {
    result.push_back(params_json(grid.point(i)));
  }
  return result;
}

Parameter range(const std::string& name, double low, double high, bool logarithmic = false) {
  return {name, Numeric{low, high, logarithmic, 0.0, false}};
}

TEST(Grid, GoesThroughEveryCombinationTheLastParameterFastest) {
  const Grid grid(Space{{"a", Categorical{{1.0, 2.0}}},
                        {"b", Fixed{std::string("x")}},
                        {"c", Numeric{1.0, 3.0, false, 1.0, true}}});
  ASSERT_EQ(grid.size(), 6U);
  EXPECT_THAT(texts(grid, 6),
              ElementsAre(R"({"a":1.0,"b":"x","c":1})", R"({"a":1.0,"b":"x","c":2})",
                          R"({"a":1.0,"b":"x","c":3})", R"({"a":2.0,"b":"x","c":1})",
                          R"({"a":2.0,"b":"x","c":2})", R"({"a":2.0,"b":"x","c":3})"));
}

TEST(Grid, SpacesTheAskedForPointsOnTheParametersOwnScale) {
  Parameter rate = range("rate", 1e-4, 1.0, true);
  rate.grid = 5;
  EXPECT_THAT(texts(Grid(Space{rate}), 5),
              ElementsAre(R"({"rate":0.0001})", R"({"rate":0.001})", R"({"rate":0.01})",
                          R"({"rate":0.1})", R"({"rate":1.0})"));
  Parameter share = range("share", 0.0, 0.6);
  share.grid = 4;
  EXPECT_THAT(texts(Grid(Space{share}), 4), ElementsAre(R"({"share":0.0})", R"({"share":0.2})",
                                                        R"({"share":0.4})", R"({"share":0.6})"));
  Parameter width{"width", Numeric{16.0, 256.0, true, 1.0, true}, 3};
  EXPECT_THAT(texts(Grid(Space{width}), 3),
              ElementsAre(R"({"width":16})", R"({"width":64})", R"({"width":256})"));
  width.grid = 1;
  ASSERT_EQ(Grid(Space{width}).size(), 1U);
}

TEST(Grid, DropsPointsThatRoundToTheSameValue) {
  EXPECT_EQ(Grid(Space{{"layers", Numeric{1.0, 3.0, false, 1.0, true}, 9}}).size(), 3U);
}

TEST(Grid, RefinesARangeByMiddlesQuartersAndEighths) {
  const Grid grid(Space{range("x", 0.0, 8.0)});
  EXPECT_FALSE(grid.size());
  EXPECT_THAT(texts(grid, 7),
              ElementsAre(R"({"x":4.0})", R"({"x":2.0})", R"({"x":6.0})", R"({"x":1.0})",
                          R"({"x":3.0})", R"({"x":5.0})", R"({"x":7.0})"));
}

// Against the definition: level L has the combinations of k / 2^L that no earlier level had.
TEST(Grid, RefinesSeveralRangesLevelByLevelWithoutRepeatingAPoint) {
  const Grid grid(
      Space{{"choice", Categorical{{1.0, 2.0}}}, range("x", 0.0, 1.0), range("y", 0.0, 1.0)});
  std::uint64_t index = 0;
  std::set<std::string> before;
  for (const int places : {1, 3, 7, 15}) {
    std::set<std::string> expected;
    for (const double choice : {1.0, 2.0}) {
      for (int i = 1; i <= places; ++i) {
        for (int j = 1; j <= places; ++j) {
          const std::string point = params_json({{"choice", choice},
                                                 {"x", static_cast<double>(i) / (places + 1)},
                                                 {"y", static_cast<double>(j) / (places + 1)}});
          if (!before.contains(point)) {
            expected.insert(point);
          }
        }
      }
    }
    std::set<std::string> found;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      found.insert(params_json(grid.point(index++)));
    }
    EXPECT_EQ(found, expected) << places;
    before.insert(expected.begin(), expected.end());
  }
}

TEST(Grid, HoldsSpacesOfManyDimensions) {
  Space space;
  for (int i = 0; i < 100; ++i) {
    space.push_back(range("x" + std::to_string(i), 0.0, 1.0));
  }
  EXPECT_EQ(Grid(space).point(0).at("x0"), nn::Value(0.5));
  EXPECT_NE(Grid(space).point(1), Grid(space).point(1'000'000));
}

TEST(BoxGrid, TakesTheLargestNearlyCubicGridThatFits) {
  const Space cube{range("a", 0.0, 1.0), range("b", 1e-4, 1.0, true), range("c", 0.0, 1.0)};
  EXPECT_THAT(BoxGrid(cube, {}, 30).shape(), ElementsAre(3, 3, 3));
  EXPECT_THAT(BoxGrid(cube, {}, 36).shape(), ElementsAre(4, 3, 3));
  EXPECT_THAT(BoxGrid(cube, {}, 15).shape(), ElementsAre(3, 2, 2));
  EXPECT_THAT(BoxGrid(cube, {}, 7).shape(), ElementsAre(3, 2, 1));
  EXPECT_THAT(BoxGrid(cube, {}, 1).shape(), ElementsAre(1, 1, 1));
  const Space mixed{{"a", Categorical{{1.0, 2.0}}}, range("b", 0.0, 1.0), range("c", 0.0, 1.0)};
  EXPECT_THAT(BoxGrid(mixed, {}, 30).shape(), ElementsAre(2, 5, 3));
  EXPECT_TRUE(BoxGrid(mixed, {}, 1).shape().empty()) << "not even the categories fit";
}

TEST(BoxGrid, PutsItsPointsIntoTheMiddleOfTheirCells) {
  BoxGrid grid(Space{range("rate", 1e-3, 1.0, true)}, {}, 3);
  const double root = std::sqrt(10.0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(grid.point(static_cast<std::uint64_t>(i))->at("rate").number(),
                1e-3 * root * std::pow(10.0, i), 1e-9);
  }
}

TEST(BoxGrid, GoesOnWithTheRefinementWithoutRepeatingAPoint) {
  BoxGrid grid(Space{range("a", 0.0, 1.0), range("b", 0.0, 1.0), range("c", 0.0, 1.0)}, {}, 30);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 400; ++i) {
    EXPECT_TRUE(seen.insert(params_json(*grid.point(i))).second) << i;
  }
  // The refinement's first point, the centre, is in the grid of 3 x 3 x 3; its second is next.
  EXPECT_EQ(params_json(*grid.point(27)), R"({"a":0.25,"b":0.25,"c":0.25})");
}

TEST(BoxGrid, EndsWhereTheBoxHasNoFurtherPoint) {
  BoxGrid grid(
      Space{{"layers", Numeric{1.0, 3.0, false, 1.0, true}}, {"c", Categorical{{1.0, 2.0}}}}, {},
      100);
  std::set<std::string> seen;
  std::uint64_t count = 0;
  while (const auto point = grid.point(count)) {
    seen.insert(params_json(*point));
    ++count;
  }
  EXPECT_EQ(count, 6U);
  EXPECT_EQ(seen.size(), 6U);
  BoxGrid wide(Space{{"width", Numeric{1.0, 40.0, false, 1.0, true}}}, {}, 5);
  std::uint64_t widths = 0;
  while (wide.point(widths)) {
    ++widths;
  }
  EXPECT_EQ(widths, 40U);
}

TEST(BoxGrid, IsLaidOutAtOnceForAnyNumberOfPoints) {
  BoxGrid line(Space{range("x", 0.0, 1.0)}, {}, 1'000'000'000);
  EXPECT_THAT(line.shape(), ElementsAre(1'000'000'000));
  EXPECT_EQ(line.point(999'999'999)->at("x"), nn::Value(1.0 - 0.5e-9));
  const Space cube{range("a", 0.0, 1.0), range("b", 0.0, 1.0), range("c", 0.0, 1.0)};
  EXPECT_THAT(BoxGrid(cube, {}, 1'000'000).shape(), ElementsAre(100, 100, 100));
}

TEST(BoxGrid, GoesOnPastValuesThatCoincide) {
  const BoxGrid widths(Space{{"width", Numeric{1.0, 1000.0, true, 1.0, true}}}, {}, 200);
  ASSERT_EQ(widths.shape().size(), 1U);
  EXPECT_GT(widths.shape()[0], 150U);
  EXPECT_LE(widths.shape()[0], 200U);
}

TEST(Grid, PutsTheEndsOfSteppedRangesOnTheirMultiples) {
  Parameter batch{"batch", Numeric{1.0, 110.0, false, 16.0, true}, 3};
  EXPECT_THAT(texts(Grid(Space{batch}), 3),
              ElementsAre(R"({"batch":16})", R"({"batch":48})", R"({"batch":96})"));
}

}  // namespace
}  // namespace hpsearch::search
