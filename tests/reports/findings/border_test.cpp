#include "reports/findings/border.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

using search::Numeric;

// The warning about a best value of one parameter; empty if there is none.
std::string warning(const search::Parameter& parameter, const nn::Value& best) {
  const std::vector<storage::StageRow> stages{{0, 3, 10, search::space_json({parameter})}};
  const auto warnings = border_warnings(stages, search::params_json({{parameter.name, best}}));
  return warnings.empty() ? "" : to_text(warnings.front());
}

TEST(Border, IsNamedWithTheLineToChange) {
  const search::Parameter rate{"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}};
  EXPECT_EQ(warning(rate, 0.98),
            "learning_rate 0.98 lies at the upper edge of its range 0.0001 to 1; widen it:\n  "
            "learning_rate: {min: 0.0001, max: 10, scale: log}");
  EXPECT_EQ(warning(rate, 1.2e-4),
            "learning_rate 0.00012 lies at the lower edge of its range 0.0001 to 1; widen it:\n  "
            "learning_rate: {min: 1e-05, max: 1, scale: log}");
}

TEST(Border, BeginsAtFivePercentOfTheParametersOwnScale) {
  const search::Parameter rate{"x", Numeric{1e-4, 1.0, true, 0.0, false}};
  EXPECT_EQ(warning(rate, 0.6), "");   // 94 % on the log scale
  EXPECT_NE(warning(rate, 0.64), "");  // 95 %
  const search::Parameter share{"x", Numeric{0.0, 1.0, false, 0.0, false}};
  EXPECT_EQ(warning(share, 0.94), "");
  EXPECT_NE(warning(share, 0.95), "");
  EXPECT_EQ(warning(share, 0.06), "");
  EXPECT_NE(warning(share, 0.05), "");
}

// A sweep that started from another one's results has its first stage in a box.
TEST(Border, IsThatOfTheWrittenRangeWhereTheFirstStageSearchedLess) {
  const search::Parameter written{"x", Numeric{0.0, 1.0, false, 0.0, false}};
  const search::Parameter box{"x", Numeric{0.2, 0.6, false, 0.0, false}};
  const std::vector<storage::StageRow> stages{{0, 3, 10, search::space_json({box})}};
  const std::string json = search::space_json({written});
  EXPECT_EQ(border_warnings(stages, R"({"x":0.6})").size(), 1U);
  EXPECT_TRUE(border_warnings(stages, R"({"x":0.6})", json).empty());
  ASSERT_EQ(border_warnings(stages, R"({"x":0.99})", json).size(), 1U);
  EXPECT_EQ(border_warnings(stages, R"({"x":0.99})", json)[0].yaml, "x: {min: 0, max: 1.5}");
}

TEST(Border, IsNoneWhereTheParameterCannotGoFurther) {
  search::Parameter dropout{"dropout", Numeric{0.0, 0.6, false, 0.0, false}};
  dropout.limit_low = 0.0;
  dropout.limit_high = 0.7;
  EXPECT_EQ(warning(dropout, 0.0), "");
  EXPECT_THAT(warning(dropout, 0.6), testing::EndsWith("dropout: {min: 0, max: 0.7}"));
  dropout.limit_high = 0.6;
  EXPECT_EQ(warning(dropout, 0.6), "");
}

TEST(Border, HoldsForWholeNumbersAndMultiples) {
  const search::Parameter width{"hidden1", Numeric{16.0, 256.0, true, 1.0, true}};
  EXPECT_EQ(
      warning(width, std::int64_t{256}),
      "hidden1 256 lies at the upper edge of its range 16 to 256; widen it:\n  hidden1: {min: 16, "
      "max: 512, scale: log}");
  const search::Parameter layers{"hidden_layers", Numeric{1.0, 3.0, false, 1.0, true}};
  EXPECT_THAT(warning(layers, std::int64_t{3}),
              testing::EndsWith("hidden_layers: {min: 1, max: 4}"));
  const search::Parameter two{"hidden_layers", Numeric{1.0, 2.0, false, 1.0, true}};
  EXPECT_EQ(warning(two, std::int64_t{2}), "") << "one of two values always lies at an edge";
  const search::Parameter quantised{"x", Numeric{0.0, 0.5, false, 0.1, false}};
  EXPECT_THAT(warning(quantised, 0.5),
              testing::EndsWith("x: {min: 0, max: 0.75, distribution: q_uniform, q: 0.1}"));
}

TEST(Border, HoldsForListsOfThreeOrMoreNumbers) {
  const search::Parameter rate{"rate", search::Categorical{{0.1, 0.001, 0.01}}};
  EXPECT_EQ(
      warning(rate, 0.1),
      "rate 0.1 lies at the upper edge of its range 0.001 to 0.1; widen it:\n  rate: {values: "
      "[0.001, 0.01, 0.1, 1]}");
  EXPECT_THAT(warning(rate, 0.001),
              testing::EndsWith("rate: {values: [0.0001, 0.001, 0.01, 0.1]}"));
  EXPECT_EQ(warning(rate, 0.01), "");
  EXPECT_EQ(warning({"m", search::Categorical{{0.5, 0.9}}}, 0.9), "");
  EXPECT_EQ(
      warning({"init", search::Categorical{{std::string("a"), std::string("b"), std::string("c")}}},
              std::string("c")),
      "");
  EXPECT_EQ(warning({"x", search::Fixed{1.0}}, 1.0), "");
}

TEST(Border, ExtendsAListInItsOwnProgressionAndWithinTheSetting) {
  const search::Parameter even{"x", search::Categorical{{0.1, 0.2, 0.3}}};
  EXPECT_THAT(warning(even, 0.3), testing::EndsWith("x: {values: [0.1, 0.2, 0.3, 0.4]}"));
  const search::Parameter momentum{"momentum", search::Categorical{{0.5, 0.8, 0.96}}};
  EXPECT_THAT(warning(momentum, 0.96),
              testing::EndsWith("momentum: {values: [0.5, 0.8, 0.96, 0.98]}"));
  const search::Parameter dropout{"dropout", search::Categorical{{0.0, 0.2, 0.5}}};
  EXPECT_EQ(warning(dropout, 0.0), "") << "there is none below 0";
  const search::Parameter batch{
      "batch_size", search::Categorical{{std::int64_t{16}, std::int64_t{32}, std::int64_t{64}}}};
  EXPECT_THAT(warning(batch, std::int64_t{64}),
              testing::EndsWith("batch_size: {values: [16, 32, 64, 128]}"));
}

TEST(Border, OfANormalDistributionIsItsTail) {
  search::Parameter l2{"l2", search::Normal{-9.0, 2.0, true}};
  // mu -+ 1.645 sigma are the 5 % and 95 % points: e^-12.29 and e^-5.71.
  EXPECT_EQ(warning(l2, 4e-6),
            "l2 4e-06 lies in the lowest 5 % of its log_normal distribution, below 4.599e-06; move "
            "it:\n  l2: {distribution: log_normal, mu: -11, sigma: 2}");
  EXPECT_THAT(warning(l2, 0.01), testing::EndsWith("mu: -7, sigma: 2}"));
  EXPECT_EQ(warning(l2, 5e-6), "");
  EXPECT_EQ(warning(l2, 3e-3), "");
  const search::Parameter x{"x", search::Normal{0.5, 0.25}};
  EXPECT_THAT(warning(x, 0.95),
              testing::EndsWith("x: {distribution: normal, mu: 0.75, sigma: 0.25}"));
}

TEST(Border, MovesANormalDistributionToARoundNumberOnEitherSide) {
  const search::Parameter x{"x", search::Normal{9.0, 1.23456}};
  EXPECT_THAT(warning(x, 5.0), testing::HasSubstr("mu: 7.8, sigma: 1.23456}"));
  EXPECT_THAT(warning(x, 12.0), testing::HasSubstr("mu: 10, sigma: 1.23456}"));
}

TEST(Border, IsNoneWhereABoundHoldsTheDistribution) {
  search::Normal cut{0.1, 0.2};
  cut.low = 0.0;
  EXPECT_EQ(warning({"dropout", cut}, 0.001), "");
  EXPECT_NE(warning({"dropout", cut}, 0.6), "");
}

TEST(Border, HoldsForOrderedValuesThatAreNoNumbers) {
  auto widths = [](std::initializer_list<std::int64_t> list) {
    return nn::Value(nn::ValueList(list.begin(), list.end()));
  };
  const search::Parameter hidden{
      "hidden", search::Categorical{{widths({32}), widths({64}), widths({64, 64})}, {}, true}};
  EXPECT_EQ(warning(hidden, widths({64, 64})),
            "hidden [64, 64] lies at the end of its ordered values; extend it");
  EXPECT_EQ(warning(hidden, widths({32})),
            "hidden [32] lies at the start of its ordered values; extend it");
  EXPECT_EQ(warning(hidden, widths({64})), "");
}

TEST(Border, IsNoneForSeeds) {
  const search::Parameter seed{
      "seed", search::Categorical{{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}};
  EXPECT_EQ(warning(seed, std::int64_t{1}), "");
}

TEST(Border, IsWidenedBeyondTheBestAndByEnoughDigits) {
  const search::Parameter rate{"rate", Numeric{1e-4, 1e-3, true, 0.0, false}};
  EXPECT_EQ(
      warning(rate, 0.1),
      "rate 0.1 lies beyond the upper edge of its range 0.0001 to 0.001; widen it:\n  rate: {min: "
      "0.0001, max: 0.56, scale: log}");
  const search::Parameter momentum{"momentum", Numeric{0.9, 0.909, false, 0.0, false}};
  EXPECT_THAT(warning(momentum, 0.9), testing::EndsWith("momentum: {min: 0.895, max: 0.909}"));
  EXPECT_EQ(warning({"hidden1", Numeric{1.0, 9.0, true, 1.0, true}, 0, 1.0, 1e6}, std::int64_t{1}),
            "");
}

// A range that the search widened counts as searched; boxes inside it do not narrow it.
TEST(Border, IsThatOfAllThatWasSearched) {
  auto stage = [](int number, double low, double high) {
    return storage::StageRow{number, 3, 10,
                             search::space_json({{"x", Numeric{low, high, false, 0.0, false}}})};
  };
  const std::vector<storage::StageRow> stages{
      stage(0, 0.0, 10.0), stage(1, 5.0, 15.0), {2, 3, 10, "{}"}};
  EXPECT_TRUE(border_warnings(stages, R"({"x":10.0})").empty());
  EXPECT_TRUE(border_warnings(stages, R"({"x":5.0})").empty());
  EXPECT_EQ(border_warnings(stages, R"({"x":14.9})").size(), 1U);
}

}  // namespace
}  // namespace hpsearch::reports
