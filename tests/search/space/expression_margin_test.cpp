#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "search/space/expression.h"
#include "search/space/space.h"

namespace hpsearch::search {
namespace {

std::optional<double> margin(const std::string& text, const ParamSet& params = {}) {
  return Expression::parse(text).margin(params);
}

TEST(Margin, IsTheDifferenceOverTheSizesOfBothSides) {
  const ParamSet params{{"n", 300.0}, {"auc", 0.6}, {"below", -2.0}};
  EXPECT_DOUBLE_EQ(*margin("n < 100", params), 0.5);
  EXPECT_DOUBLE_EQ(*margin("100 > n", params), 0.5);
  EXPECT_DOUBLE_EQ(*margin("n <= 900", params), -0.5);
  EXPECT_DOUBLE_EQ(*margin("auc >= 0.8", params), 0.2 / 1.4);
  EXPECT_DOUBLE_EQ(*margin("below > 2", params), 1.0);
  EXPECT_DOUBLE_EQ(*margin("n == 100", params), 0.5);
  EXPECT_DOUBLE_EQ(*margin("n != 100", params), -0.5);
  EXPECT_DOUBLE_EQ(*margin("n * 2 < 200", params), 0.5);
}

TEST(Margin, TakesTheLargestOfAndAndTheSmallestOfOr) {
  const ParamSet params{{"a", 3.0}, {"b", 1.0}};
  EXPECT_DOUBLE_EQ(*margin("a < 1 and b < 3", params), 0.5);
  EXPECT_DOUBLE_EQ(*margin("a < 1 or b < 3", params), -0.5);
  EXPECT_DOUBLE_EQ(*margin("not (a < 1)", params), -0.5);
  EXPECT_DOUBLE_EQ(*margin("a in [1, 2]", params), 1.0);
  EXPECT_DOUBLE_EQ(*margin("a in [1, 3]", params), -1.0);
}

TEST(Margin, IsAboveZeroExactlyWhereTheExpressionDoesNotHold) {
  const ParamSet border{{"a", 1.0}, {"b", 1.0}, {"zero", 0.0}};
  EXPECT_GT(*margin("a < b", border), 0.0) << "equal numbers";
  EXPECT_LE(*margin("a <= b", border), 0.0);
  EXPECT_GT(*margin("a != b", border), 0.0);
  EXPECT_GT(*margin("zero < 0", border), 0.0);
  EXPECT_LE(*margin("0.1 + 0.2 <= 0.3", border), 0.0) << "within the room for rounding";
  nn::Stream stream(7, nn::Purpose::kSuggest);
  for (int i = 0; i < 2000; ++i) {
    const ParamSet params{{"a", static_cast<double>(stream.below(5)) - 2.0},
                          {"b", static_cast<double>(stream.below(5)) - 2.0},
                          {"c", stream.normal()}};
    const double a = params.at("a").number();
    const double b = params.at("b").number();
    const double c = params.at("c").number();
    const auto far = [](double x, double y) {
      return std::abs(x) + std::abs(y) > 0.0 ? (x - y) / (std::abs(x) + std::abs(y)) : 0.0;
    };
    const std::tuple<const char*, bool, double> cases[] = {
        {"a < b", a < b, far(a, b)},
        {"a <= b or c > a", a <= b || c > a, std::min(far(a, b), far(a, c))},
        {"a == b and c < 1", a == b && c < 1.0, std::max(std::abs(far(a, b)), far(c, 1.0))},
        {"not (a > c and b >= a)", !(a > c && b >= a), -std::max(far(c, a), far(a, b))},
        {"a - b > c", a - b > c, far(c, a - b)},
        {"(a < 0 or b < 0) and not (c >= 0.5)", (a < 0.0 || b < 0.0) && c < 0.5,
         std::max(std::min(far(a, 0.0), far(b, 0.0)), far(c, 0.5))},
    };
    for (const auto& [text, holds, expected] : cases) {
      const double found = *margin(text, params);
      EXPECT_EQ(found > 0.0, !holds) << text << " with " << params_json(params);
      EXPECT_NEAR(found, expected, 1e-8) << text << " with " << params_json(params);
    }
  }
}

TEST(Margin, IsUnknownWhereItIsUnknownWhetherTheExpressionHolds) {
  EXPECT_FALSE(margin("missing < 1"));
  EXPECT_FALSE(margin("missing < 1 and 1 < 2"));
  EXPECT_DOUBLE_EQ(*margin("missing < 1 or 1 < 3"), -0.5);
  EXPECT_DOUBLE_EQ(*margin("missing < 1 and 3 < 1"), 0.5);
}

}  // namespace
}  // namespace hpsearch::search
