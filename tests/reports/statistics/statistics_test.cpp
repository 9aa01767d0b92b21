// Intervals, rank tests, expected best values and noise.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "reports/findings/noise.h"
#include "reports/statistics/bootstrap.h"
#include "reports/statistics/expected_best.h"
#include "reports/statistics/rank_test.h"
#include "tests/support/fixture.h"

namespace hpsearch::reports {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(MannWhitney, AgreesWithScipy) {
  const json fixture = test::read_fixture("statistics.json");
  for (const json& item : fixture["mann_whitney"]) {
    const auto a = item["a"].get<Values>();
    const auto b = item["b"].get<Values>();
    const RankTest test = mann_whitney(a, b);
    EXPECT_DOUBLE_EQ(test.u, item["u"].get<double>());
    EXPECT_EQ(test.exact, item["exact"].get<bool>());
    EXPECT_NEAR(test.p, item["p"].get<double>(), 1e-12);
    EXPECT_DOUBLE_EQ(test.superiority, test.u / static_cast<double>(a.size() * b.size()));
  }
}

// Over all ways to divide the values between the groups: how often is U at least as far from its
// mean?
double brute_force_p(const Values& a, const Values& b) {
  Values all = a;
  all.insert(all.end(), b.begin(), b.end());
  auto u_of = [&](const std::vector<bool>& in_a) {
    double u = 0.0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < all.size(); ++j) {
        if (in_a[i] && !in_a[j]) {
          u += all[i] > all[j] ? 1.0 : all[i] == all[j] ? 0.5 : 0.0;
        }
      }
    }
    return u;
  };
  std::vector<bool> in_a(all.size(), false);
  std::fill(in_a.begin(), in_a.begin() + static_cast<std::ptrdiff_t>(a.size()), true);
  const double middle = static_cast<double>(a.size() * b.size()) / 2.0;
  const double observed = std::abs(u_of(in_a) - middle);
  double far = 0.0;
  double ways = 0.0;
  std::sort(in_a.begin(), in_a.end());
  do {
    ways += 1.0;
    far += std::abs(u_of(in_a) - middle) >= observed - 1e-9 ? 1.0 : 0.0;
  } while (std::next_permutation(in_a.begin(), in_a.end()));
  return far / ways;
}

TEST(MannWhitney, AgreesWithCountingAllOrders) {
  nn::Stream stream(4, nn::Purpose::kSample);
  for (const auto& [n, m] : {std::pair{1U, 1U}, {1U, 5U}, {3U, 4U}, {5U, 5U}, {6U, 2U}, {4U, 8U}}) {
    Values a(n);
    Values b(m);
    std::generate(a.begin(), a.end(), [&] { return stream.normal() + 0.7; });
    std::generate(b.begin(), b.end(), [&] { return stream.normal(); });
    const RankTest test = mann_whitney(a, b);
    EXPECT_TRUE(test.exact);
    EXPECT_NEAR(test.p, brute_force_p(a, b), 1e-12) << n << " and " << m;
    EXPECT_NEAR(mann_whitney(b, a).p, test.p, 1e-12);
    EXPECT_NEAR(mann_whitney(b, a).superiority, 1.0 - test.superiority, 1e-12);
  }
}

TEST(MannWhitney, StandsEqualInfiniteAndMissingValues) {
  EXPECT_EQ(mann_whitney(Values{1.0, 1.0}, Values{1.0}).p, 1.0);
  EXPECT_EQ(mann_whitney(Values{1.0, 1.0}, Values{1.0}).superiority, 0.5);
  EXPECT_EQ(mann_whitney(Values{}, Values{1.0}).p, 1.0);
  const RankTest test = mann_whitney(Values{kInfinity, kInfinity, 3.0}, Values{1.0, kInfinity});
  EXPECT_DOUBLE_EQ(test.superiority, (1.5 + 1.5 + 1.0) / 6.0);
}

TEST(Bootstrap, AgreesWithScipysIntervals) {
  const json fixture = test::read_fixture("statistics.json");
  for (const json& item : fixture["bootstrap"]) {
    const auto a = item["a"].get<Values>();
    const Interval interval = item["figure"] == "mean"
                                  ? bootstrap(Figure::kMean, a)
                                  : bootstrap_difference(Figure::kMean, a, item["b"].get<Values>());
    // Compares the ends from 2,000 resamples with those from 400,000: quantiles near 2.5 % have a
    // standard deviation of about a tenth of a standard error, and much more for the skewed powers
    // of two.
    const double slack = 0.6 * item["se"].get<double>();
    EXPECT_NEAR(interval.low, item["low"].get<double>(), slack);
    EXPECT_NEAR(interval.high, item["high"].get<double>(), slack);
    EXPECT_LT(interval.low, interval.estimate);
    EXPECT_GT(interval.high, interval.estimate);
  }
}

TEST(Bootstrap, HoldsTheTruthAboutAsOftenAsItSays) {
  // Out of 400 intervals at 95 % for the mean of 30 normal values, 380 should cover it, give or
  // take 4 x 4.4, minus the few percent by which they are too short.
  int holds = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    nn::Stream stream(seed, nn::Purpose::kSample);
    Values values(30);
    std::generate(values.begin(), values.end(), [&] { return stream.normal(); });
    const Interval interval = bootstrap(Figure::kMean, values);
    holds += interval.low <= 0.0 && interval.high >= 0.0 ? 1 : 0;
  }
  EXPECT_GE(holds, 352);
  EXPECT_LE(holds, 395);
}

TEST(Bootstrap, SaysNothingOfOneValueAndAPointOfEqualOnes) {
  EXPECT_TRUE(std::isnan(bootstrap(Figure::kMean, Values{3.0}).low));
  EXPECT_EQ(bootstrap(Figure::kMean, Values{3.0}).estimate, 3.0);
  EXPECT_TRUE(std::isnan(bootstrap(Figure::kMedian, Values{}).estimate));
  const Interval point = bootstrap(Figure::kMedian, Values{2.0, 2.0, 2.0});
  EXPECT_EQ(point.low, 2.0);
  EXPECT_EQ(point.high, 2.0);
  EXPECT_TRUE(std::isnan(bootstrap_difference(Figure::kMean, Values{1.0, 2.0}, Values{1.0}).low));
}

TEST(Bootstrap, OfAMedianStaysAmongTheValues) {
  const Interval interval = bootstrap(Figure::kMedian, Values{1.0, 2.0, 3.0, 4.0, 100.0});
  EXPECT_EQ(interval.estimate, 3.0);
  EXPECT_GE(interval.low, 1.0);
  EXPECT_LT(interval.low, 3.0);
  EXPECT_GT(interval.high, 3.0);
}

TEST(ExpectedBest, AgreesWithAllDrawsOfSoManyTrials) {
  const Values scores{-0.9, -0.85, -0.85, -0.4, 2.0};
  for (std::size_t n = 1; n <= 4; ++n) {
    double sum = 0.0;
    double draws = 0.0;
    std::function<void(std::size_t, double)> draw = [&](std::size_t left, double best) {
      if (left == 0) {
        sum += best;
        draws += 1.0;
        return;
      }
      for (const double score : scores) {
        draw(left - 1, std::min(best, score));
      }
    };
    draw(n, kInfinity);
    EXPECT_NEAR(expected_best(scores, n), sum / draws, 1e-12) << n;
  }
}

TEST(ExpectedBest, SaysHowManyTrialsAreAsGood) {
  const Values scores{0.0, 1.0, 2.0, 3.0};
  EXPECT_EQ(trials_to_match(scores, 1.5), 1U);  // the mean
  const auto many = trials_to_match(scores, 0.1);
  ASSERT_TRUE(many);
  EXPECT_LE(expected_best(scores, *many), 0.1);
  EXPECT_GT(expected_best(scores, *many - 1), 0.1);
  EXPECT_FALSE(trials_to_match(scores, -0.1));
  EXPECT_FALSE(trials_to_match(Values{}, 0.0));
  EXPECT_DOUBLE_EQ(share_worse(scores, 1.0), 2.5 / 4.0);
}

TEST(Noise, OfAnAccuracyIsThatOfAShareOfItsRows) {
  EXPECT_DOUBLE_EQ(accuracy_error(0.9, 10000), 0.003);
  EXPECT_DOUBLE_EQ(accuracy_error(1.0, 200), 0.005);
  const Noise noise = noise_of("val_accuracy", 0.9, 10000, {});
  EXPECT_EQ(to_text(noise), "0.003 (one standard error on 10000 validation rows)");
}

TEST(Noise, KnowsTheValidationRowsWhereTheyAreRecorded) {
  EXPECT_EQ(validation_rows(R"({"rows":1797,"validation_rows":287})"), 287);
  for (const char* unknown : {"{}", "", "[]", "7", R"({"validation_rows":"many"})"}) {
    EXPECT_EQ(validation_rows(unknown), std::nullopt) << unknown;
  }
}

TEST(Noise, OfALossIsWhatItsEpochsTell) {
  nn::Stream stream(2, nn::Purpose::kSample);
  Values epochs(2000);
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    epochs[i] = 3.0 - 0.001 * static_cast<double>(i) + 0.05 * stream.normal();
  }
  EXPECT_NEAR(epoch_wobble(epochs), 0.05, 0.005);
  const Noise noise = noise_of("val_loss", 1.0, 10000, epochs);
  EXPECT_EQ(noise.source, Noise::Source::kEpochs);
  EXPECT_NEAR(epoch_wobble(Values{9.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0}),
              0.0, 1e-12);
}

TEST(Noise, IsUnknownWhereNothingTells) {
  EXPECT_EQ(noise_of("val_loss", 1.0, 10000, Values(8, 1.0)).source, Noise::Source::kUnknown);
  EXPECT_EQ(noise_of("val_accuracy", 0.9, std::nullopt, {}).source, Noise::Source::kUnknown);
  EXPECT_EQ(to_text(Noise{}), "unknown (no replicates, and too few epochs)");
}

}  // namespace
}  // namespace hpsearch::reports
