#include "runner/sweep_file/quantised.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

constexpr int kDraws = 100'000;

// W&B's rule, at evenly spread probabilities: round(x / q) * q, half to even.
std::map<double, double> by_rule(const search::Distribution& distribution, double q) {
  std::map<double, double> shares;
  for (int i = 0; i < kDraws; ++i) {
    const double x = search::value_at(distribution, (i + 0.5) / kDraws).number();
    shares[std::nearbyint(x / q) * q] += 1.0 / kDraws;
  }
  return shares;
}

std::map<double, double> shares(const search::Distribution& distribution) {
  std::map<double, double> result;
  for (int i = 0; i < kDraws; ++i) {
    result[search::value_at(distribution, (i + 0.5) / kDraws).number()] += 1.0 / kDraws;
  }
  return result;
}

void expect_same_values(const std::map<double, double>& expected,
                        const std::map<double, double>& found) {
  ASSERT_EQ(expected.size(), found.size());
  for (auto a = expected.begin(), b = found.begin(); a != expected.end(); ++a, ++b) {
    EXPECT_NEAR(a->first, b->first, 1e-12);
  }
}

TEST(Quantised, HasTheValuesOfTheRule) {
  for (const search::Numeric& range :
       {search::Numeric{0.0, 12.0}, search::Numeric{0.5, 2.2}, search::Numeric{-3.4, 7.7}}) {
    expect_same_values(by_rule(range, 1.0), shares(quantised(range, nn::Value(1.0))));
  }
  const search::Numeric gain{0.1, 1.0};
  expect_same_values(by_rule(gain, 0.05), shares(quantised(gain, nn::Value(0.05))));
}

TEST(Quantised, HasTheChancesOfTheRuleWhereALogScaleRoundsToZero) {
  const search::Numeric range{1.0, std::exp(5.3), true};
  const auto expected = by_rule(range, 10.0);
  const auto found = shares(quantised(range, nn::Value(std::int64_t{10})));
  expect_same_values(expected, found);
  for (const auto& [value, share] : expected) {
    EXPECT_NEAR(found.at(value), share, 1e-3) << value;
  }
  EXPECT_GT(found.at(0.0), 0.25);
}

TEST(Quantised, RoundsABetaDistribution) {
  const search::Beta beta{2.0, 5.0};
  const auto expected = by_rule(beta, 0.1);
  const auto found = shares(quantised(beta, nn::Value(0.1)));
  for (const auto& [value, share] : found) {
    const auto near = expected.lower_bound(value - 1e-9);
    ASSERT_NE(near, expected.end()) << value;
    EXPECT_NEAR(near->second, share, 1e-3) << value;
  }
}

TEST(Quantised, IsWholeWhereQIs) {
  const auto whole = quantised(search::Numeric{0.0, 30.0}, nn::Value(std::int64_t{10}));
  EXPECT_EQ(search::value_at(whole, 0.5), nn::Value(std::int64_t{20}));
  EXPECT_EQ(quantised(search::Numeric{0.1, 0.2}, nn::Value(1.0)).index(), 0U) << "one value: fixed";
}

// numpy.arange(-1, 1, 0.5) and (2, 7, 2).
TEST(Quantised, CountsAsPythonsArange) {
  const auto reals = std::get<search::Categorical>(arange({-1.0, 1.0}, nn::Value(0.5))).values;
  EXPECT_EQ(reals, (std::vector<nn::Value>{-1.0, -0.5, 0.0, 0.5}));
  const auto whole = std::get<search::Categorical>(arange({2.0, 7.0}, nn::Value(std::int64_t{2})));
  EXPECT_EQ(whole.values,
            (std::vector<nn::Value>{std::int64_t{2}, std::int64_t{4}, std::int64_t{6}}));
}

}  // namespace
}  // namespace hpsearch::runner
