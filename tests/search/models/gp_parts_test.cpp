// The parts of Bayesian optimisation around the process: improvement, warping, minimisation.
#include <cmath>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/models/expected_improvement.h"
#include "search/models/gp_search.h"
#include "search/models/lbfgs.h"
#include "search/models/score_warp.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

TEST(ExpectedImprovement, IsTheIntegralOfTheImprovement) {
  for (const double mean : {-1.0, 0.0, 0.5, 2.0}) {
    for (const double deviation : {0.3, 1.0, 2.0}) {
      double sum = 0.0;
      constexpr int kCells = 200'000;
      for (int i = 0; i < kCells; ++i) {
        const double z = -10.0 + 20.0 * (i + 0.5) / kCells;
        sum += std::max(0.0, 0.2 - (mean + deviation * z)) * normal_pdf(z) * 20.0 / kCells;
      }
      EXPECT_NEAR(log_expected_improvement(mean, deviation * deviation, 0.2).value, std::log(sum),
                  1e-6);
    }
  }
}

TEST(ExpectedImprovement, HasItsDerivativesAndJoinsWhereItsFormulasMeet) {
  for (const double mean : {-3.0, 0.9999, 1.0001, 5.0, 30.0, 9'999.9, 10'000.1, 1e6}) {
    const auto here = log_expected_improvement(mean, 1.0, 0.0);
    ASSERT_TRUE(std::isfinite(here.value));
    const double step = 1e-6 * std::max(1.0, mean);
    const double by_mean = (log_expected_improvement(mean + step, 1.0, 0.0).value -
                            log_expected_improvement(mean - step, 1.0, 0.0).value) /
                           (2.0 * step);
    EXPECT_NEAR(here.by_mean / by_mean, 1.0, 1e-3) << mean;
    const double by_variance = (log_expected_improvement(mean, 1.0 + 1e-6, 0.0).value -
                                log_expected_improvement(mean, 1.0 - 1e-6, 0.0).value) /
                               2e-6;
    EXPECT_NEAR(here.by_variance, by_variance, 1e-3 * std::max(1.0, std::abs(by_variance))) << mean;
  }
}

std::vector<double> warp(const std::vector<ModelTrial>& trials) {
  std::vector<const ModelTrial*> pointers;
  for (const ModelTrial& trial : trials) {
    pointers.push_back(&trial);
  }
  return warped_scores(pointers);
}

TEST(ScoreWarp, KeepsTheBetterHalfAndTamesTheWorse) {
  std::vector<ModelTrial> trials;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const double score = n < 10 ? static_cast<double>(n) : std::pow(10.0, static_cast<double>(n));
    trials.push_back({n, Result::kComplete, score, 1, nullptr});
  }
  const std::vector<double> y = warp(trials);
  for (std::size_t i = 2; i < 10; ++i) {
    EXPECT_NEAR(y[i] - y[i - 1], y[1] - y[0], 1e-12);
  }
  EXPECT_TRUE(std::is_sorted(y.begin(), y.end()));
  EXPECT_LT(y[19], 3.0);
  double mean = 0.0;
  double squares = 0.0;
  for (const double value : y) {
    mean += value / 20.0;
    squares += value * value / 20.0;
  }
  EXPECT_NEAR(mean, 0.0, 1e-12);
  EXPECT_NEAR(squares, 1.0, 1e-12);
}

TEST(ScoreWarp, PutsTrialsWithoutAResultLastAndEqualOnesTogether) {
  const std::vector<double> y = warp({{0, Result::kNone, 0.0, 1, nullptr},
                                      {1, Result::kComplete, 3.0, 1, nullptr},
                                      {2, Result::kPruned, 0.5, 4, nullptr},
                                      {3, Result::kNone, 0.0, 1, nullptr},
                                      {4, Result::kComplete, 2.0, 1, nullptr},
                                      {5, Result::kComplete, 3.0, 1, nullptr}});
  EXPECT_EQ(y[0], y[3]);
  EXPECT_EQ(y[1], y[5]);
  EXPECT_LT(y[4], y[1]);
  EXPECT_LT(y[1], y[2]);
  EXPECT_LT(y[2], y[0]);
}

TEST(ScoreWarp, ServesHistoriesWithNothingToTellApart) {
  for (const Result result : {Result::kNone, Result::kComplete, Result::kPruned}) {
    const std::vector<double> y =
        warp({{0, result, 1.0, 1, nullptr}, {1, result, 1.0, 1, nullptr}});
    EXPECT_EQ(y, (std::vector<double>{0.0, 0.0}));
  }
  const std::vector<double> wide = warp({{0, Result::kComplete, -1.7e308, 1, nullptr},
                                         {1, Result::kComplete, 1.7e308, 1, nullptr},
                                         {2, Result::kComplete, 0.0, 1, nullptr}});
  for (const double value : wide) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(MinimiseWithin, FindsTheBottomOfAValley) {
  const auto rosenbrock = [](std::span<const double> x, std::span<double> gradient) {
    const double a = x[1] - x[0] * x[0];
    gradient[0] = -400.0 * a * x[0] - 2.0 * (1.0 - x[0]);
    gradient[1] = 200.0 * a;
    return 100.0 * a * a + (1.0 - x[0]) * (1.0 - x[0]);
  };
  std::vector<double> x{-1.2, 1.0};
  const std::vector<Bounds> wide(2, {-5.0, 5.0});
  EXPECT_LT(minimise_within(rosenbrock, wide, 200, 1e-8, x), 1e-10);
  // Within these bounds the minimum is at the corner (0.5, 0.25).
  std::vector<double> held{-1.0, 0.0};
  const std::vector<Bounds> narrow{{-2.0, 0.5}, {-2.0, 0.5}};
  EXPECT_NEAR(minimise_within(rosenbrock, narrow, 200, 1e-8, held), 0.25, 1e-8);
  EXPECT_NEAR(held[0], 0.5, 1e-8);
  EXPECT_NEAR(held[1], 0.25, 1e-6);
}

TEST(MinimiseWithin, KeepsAwayFromWhatIsNotFinite) {
  const auto wall = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = -1.0;
    return x[0] > 0.3 ? std::numeric_limits<double>::quiet_NaN() : -x[0];
  };
  std::vector<double> x{0.0};
  const std::vector<Bounds> bounds{{0.0, 1.0}};
  const double value = minimise_within(wall, bounds, 100, 1e-8, x);
  EXPECT_LE(x[0], 0.3);
  EXPECT_LT(value, -0.2);
}

TEST(GpSearch, ThinsALongHistoryButKeepsTheBest) {
  const Space space{{"a", Numeric{0.0, 1.0, false, 0.0, false}},
                    {"b", Numeric{0.0, 1.0, false, 0.0, false}}};
  const UnitSpace units(space);
  std::deque<std::vector<double>> points;
  std::vector<ModelTrial> trials;
  nn::Stream stream(1, nn::Purpose::kSample);
  for (std::uint64_t n = 0; n < GpSearch::kMaxTrials + 200; ++n) {
    points.push_back({stream.uniform(), stream.uniform()});
    const double score = std::pow(points.back()[0] - 0.3, 2) + std::pow(points.back()[1] - 0.6, 2);
    trials.push_back({n, Result::kComplete, score, 1, points.back().data()});
  }
  GpSearch search(units);
  std::vector<double> point(2);
  search.suggest(trials, {}, stream, point);
  EXPECT_NEAR(point[0], 0.3, 0.02);
  EXPECT_NEAR(point[1], 0.6, 0.02);
}

TEST(GpSearch, SuggestsOnlyWhatIsAllowed) {
  const Space space{{"a", Numeric{0.0, 1.0, false, 0.0, false}},
                    {"b", Numeric{0.0, 1.0, false, 0.0, false}}};
  const UnitSpace units(space);
  std::deque<std::vector<double>> points;
  std::vector<ModelTrial> trials;
  GpSearch search(units);
  auto allowed = [](std::span<const double> p) { return p[0] + p[1] > 1.0; };
  for (std::uint64_t n = 0; n < 30; ++n) {
    nn::Stream stream(n, nn::Purpose::kSuggest);
    std::vector<double>& point = points.emplace_back(std::vector<double>{0.9, 0.9});
    if (n > 8) {
      search.suggest(trials, allowed, stream, point);
      EXPECT_GT(point[0] + point[1], 1.0);
    }
    trials.push_back({n, Result::kComplete, point[0] + point[1], 1, point.data()});
  }
  EXPECT_LT(trials.back().score, 1.01);
}

}  // namespace
}  // namespace hpsearch::search
