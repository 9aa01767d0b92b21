// W&B's hyperband: bands as Python computes them, and every decision against plain loops.
#include "search/pruners/hyperband_pruner.h"

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/search/pruners/pruner_support.h"
#include "tests/support/hyperband_simulation.h"

namespace hpsearch::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bands = std::vector<std::int64_t>;

using test::ended;
using test::judge;
using test::kAccuracy;
using test::kLoss;
using test::prunes;

// The keys of `hyperband`, as they are written.
struct Keys {
  std::optional<std::int64_t> min_iter = {};
  std::optional<std::int64_t> max_iter = {};
  std::optional<std::int64_t> s = {};
  double eta = 3.0;
  bool strict = true;

  PrunerOptions options() const {
    PrunerOptions all{{"eta", eta}, {"strict", strict}};
    for (const auto& [name, value] :
         {std::pair("min_iter", min_iter), {"max_iter", max_iter}, {"s", s}}) {
      if (value) {
        all.emplace(name, *value);
      }
    }
    return all;
  }
};

class HyperbandPruner {
 public:
  HyperbandPruner(const Keys& keys, const Metric& metric)
      : pruner_(test::make("hyperband", keys.options(), metric)) {}

  PruneRule rule(const Known& known, int stage) {
    return pruner_->rule(known, {.stage = stage, .epochs = 30});
  }

 private:
  std::unique_ptr<Pruner> pruner_;
};

Bands hyperband_bands(const Keys& keys) {
  return search::hyperband_bands(keys.options());
}

Bands from_min(std::int64_t min_iter, double eta) {
  return hyperband_bands({.min_iter = min_iter, .eta = eta});
}

Bands from_max(std::int64_t max_iter, std::int64_t s, double eta) {
  return hyperband_bands({.max_iter = max_iter, .s = s, .eta = eta});
}

Bands first(Bands bands, std::size_t count) {
  bands.resize(count);
  return bands;
}

// What Python 3 prints for sorted({int(min_iter * eta ** k) for k in range(100)}).
TEST(HyperbandBands, GrowFromMinIterAsPythonRounds) {
  EXPECT_THAT(first(from_min(4, 3.0), 8), ElementsAre(4, 12, 36, 108, 324, 972, 2916, 8748));
  EXPECT_THAT(first(from_min(1, 1.5), 17),
              ElementsAre(1, 2, 3, 5, 7, 11, 17, 25, 38, 57, 86, 129, 194, 291, 437, 656, 985));
  EXPECT_THAT(first(from_min(3, 1.1), 22), ElementsAre(3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16,
                                                       18, 20, 22, 24, 26, 29, 32, 35, 39));
  EXPECT_THAT(first(from_min(7, 2.7), 10),
              ElementsAre(7, 18, 51, 137, 372, 1004, 2711, 7322, 19770, 53379));
  // A hundred of them, unless they become too large for any trial.
  EXPECT_EQ(from_min(1, 1.37).back(), 34303319510975);
  EXPECT_EQ(from_min(2, 3.0).size(), 33U);
  EXPECT_EQ(from_min(2, 3.0).back(), 3706040377703682);
  EXPECT_THAT(from_min(1'000'000'000, 1e300), ElementsAre(1'000'000'000));
}

TEST(HyperbandBands, ShrinkFromMaxIter) {
  EXPECT_THAT(from_max(50, 3, 2.0), ElementsAre(6, 12, 25));
  EXPECT_THAT(from_max(27, 2, 3.0), ElementsAre(3, 9));
  EXPECT_THAT(from_max(100, 4, 1.5), ElementsAre(19, 29, 44, 66));
  EXPECT_THAT(from_max(50, 1'000'000, 2.0), ElementsAre(1, 3, 6, 12, 25)) << "s is too large";
  EXPECT_THAT(from_max(10, 60, 1.1), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9)) << "each once";
  EXPECT_THAT(from_max(1, 1, 3.0), IsEmpty());
  const Keys both{.min_iter = 4, .max_iter = 50, .s = 3, .eta = 2.0};
  EXPECT_THAT(hyperband_bands(both), ElementsAre(6, 12, 25)) << "max_iter wins";
}

// Four trials with these accuracies at iteration 4, each compared with the other three.
TEST(HyperbandPruner, StopsTheTwoWorstOfFour) {
  for (const auto& [own, stops] : {std::pair(0.9, false), {0.8, false}, {0.7, true}, {0.6, true}}) {
    std::vector<Observation> others;
    for (const double value : {0.9, 0.8, 0.7, 0.6}) {
      if (value != own) {
        others.push_back(ended(others.size(), {-0.1, -0.1, -0.1, -value}));
      }
    }
    const auto rule = HyperbandPruner({.min_iter = 4}, kAccuracy).rule({others, {}}, 0);
    const std::vector<double> curve{-0.1, -0.1, -0.1, -own};
    EXPECT_FALSE(judge(rule, {curve.begin(), curve.begin() + 3}));
    EXPECT_EQ(prunes(rule, curve), stops) << own;
  }
}

TEST(HyperbandPruner, NeverStopsTheFirstTrialAtABand) {
  const std::vector<Observation> others{ended(0, {1.0}), ended(1, {2.0})};
  const auto rule = HyperbandPruner({.min_iter = 1, .eta = 2.0}, kLoss).rule({others, {}}, 0);
  EXPECT_FALSE(prunes(rule, {1.5, 100.0})) << "none of the others has come to iteration 2";
  EXPECT_FALSE(prunes(rule, {1.6})) << "index 1 of 1, 1.6 and 2 is its own";
  EXPECT_TRUE(prunes(rule, {2.5}));
}

TEST(HyperbandPruner, ExplainsItself) {
  std::vector<Observation> others;
  for (std::uint64_t i = 0; i < 8; ++i) {
    others.push_back(ended(i, {0.5, -0.79}));
  }
  const Keys spec{.min_iter = 2};
  const auto said = [&](const Keys& keys, const Metric& metric, const Curve& own) {
    return judge(HyperbandPruner(keys, metric).rule({others, {}}, 0), own).value();
  };
  EXPECT_EQ(said(spec, kAccuracy, {-0.9, -0.5}).text,
            "iteration 2: 0.5 is worse than 0.79, the threshold of 9 trials");
  EXPECT_EQ(said(spec, kLoss, {0.9, 1.0 / 3}).text,
            "iteration 2: 0.333333 is worse than -0.79, the threshold of 9 trials");
  EXPECT_EQ(said(spec, kLoss, {0.9, -0.789999999}).text,
            "iteration 2: -0.789999999 is worse than -0.79, the threshold of 9 trials");
  EXPECT_EQ(said({.min_iter = 2, .strict = false}, kAccuracy, {-0.7, -0.5}).text,
            "iteration 2: its best so far, 0.7, is worse than 0.79, the threshold of 9 trials");
  const Judgement judgement = said(spec, kAccuracy, {-0.9, -0.5});
  EXPECT_EQ(judgement.value, 0.5);
  EXPECT_EQ(judgement.threshold, 0.79);
  EXPECT_EQ(judgement.rank, 9);
  EXPECT_EQ(judgement.of, 9);
  EXPECT_FALSE(said(spec, kAccuracy, {-0.9, -0.85}).pruned) << "which is worth a record too";
}

TEST(HyperbandPruner, ComparesWithinAStage) {
  const std::vector<Observation> others{ended(0, {1.0}), ended(1, {1.0}), ended(2, {3.0}, 1)};
  HyperbandPruner pruner({.min_iter = 1, .eta = 3.0}, kLoss);
  EXPECT_TRUE(prunes(pruner.rule({others, {}}, 0), {2.0}));
  EXPECT_FALSE(prunes(pruner.rule({others, {}}, 1), {2.0}));
  EXPECT_FALSE(prunes(pruner.rule({others, {}}, 2), {9.0}));
}

// What the cache knows must not show: with more trials, with fewer, and with one that was missing.
TEST(HyperbandPruner, AnswersAsOneThatWasJustMade) {
  std::vector<Observation> all;
  for (std::uint64_t i = 0; i < 12; ++i) {
    all.push_back(ended(i, {static_cast<double>(i * 7 % 12)}));
  }
  HyperbandPruner pruner({.min_iter = 1}, kLoss);
  const auto without = [&](std::uint64_t number, std::size_t count) {
    std::vector<Observation> some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    std::erase_if(some, [&](const Observation& trial) { return trial.number == number; });
    return some;
  };
  for (const auto& [missing, count] :
       {std::pair(99U, 3U), {99U, 8U}, {6U, 10U}, {99U, 10U}, {2U, 5U}, {99U, 12U}, {99U, 1U}}) {
    const auto known = without(missing, count);
    const auto rule = pruner.rule({known, {}}, 0);
    const auto fresh = HyperbandPruner({.min_iter = 1}, kLoss).rule({known, {}}, 0);
    for (double x = -0.5; x < 12.0; x += 0.5) {
      EXPECT_EQ(prunes(rule, {x}), prunes(fresh, {x})) << count << " " << missing << " " << x;
    }
  }
}

// Curves with ties and holes.
std::vector<hpsearch::test::SimulatedTrial> drawn_trials(std::uint64_t seed, std::size_t count, int epochs) {
  nn::Stream random(seed, nn::Purpose::kSample);
  std::vector<hpsearch::test::SimulatedTrial> trials(count);
  for (hpsearch::test::SimulatedTrial& trial : trials) {
    trial.epochs = epochs;
    const double quality = random.uniform();
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      const double noise = std::round(8.0 * random.uniform()) / 16.0;
      trial.values.push_back(random.uniform() < 0.1 ? std::numeric_limits<double>::quiet_NaN()
                                                    : quality + noise - 0.01 * epoch);
    }
  }
  return trials;
}

struct Case {
  Keys spec;
  std::vector<int> bands;
};

class HyperbandAgainstLoops : public ::testing::TestWithParam<Case> {};

TEST_P(HyperbandAgainstLoops, StopsTheSameTrialsAfterTheSameEpochs) {
  int stops = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto trials = drawn_trials(seed, 60, 30);
    for (const Metric& metric : {kAccuracy, kLoss}) {
      const hpsearch::test::SimulatedRule rule{GetParam().bands, GetParam().spec.eta, GetParam().spec.strict,
                                     metric.goal == Goal::kMaximize, 1 + seed % 5};
      const std::vector<int> expected = hpsearch::test::simulate_hyperband(trials, rule);
      HyperbandPruner pruner(GetParam().spec, metric);
      std::vector<Observation> known;
      for (std::size_t t = 0; t < trials.size(); ++t) {
        const std::size_t settled = t >= rule.lag ? t - rule.lag + 1 : 0;
        const PruneRule own = pruner.rule({std::span(known).first(settled), {}}, 0);
        Observation trial = ended(t, {});
        int stopped = 0;
        for (int epoch = 1; epoch <= 30 && stopped == 0; ++epoch) {
          const double value = trials[t].values[static_cast<std::size_t>(epoch - 1)];
          if (std::isfinite(value)) {
            Curve& curve = trial.curves[0][0];
            curve.push_back(metric.score(value));
            stopped = epoch < 30 && prunes(own, curve) ? epoch : 0;
          }
        }
        ASSERT_EQ(stopped, expected[t]) << "seed " << seed << " trial " << t;
        stops += stopped > 0 ? 1 : 0;
        known.push_back(std::move(trial));
      }
    }
  }
  EXPECT_GT(stops, 100) << "else it shows nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Settings,
    HyperbandAgainstLoops,
    ::testing::Values(
        Case{{.min_iter = 4}, {4, 12}},
        Case{{.min_iter = 4, .strict = false}, {4, 12}},
        Case{{.max_iter = 50, .s = 3, .eta = 2.0, .strict = false}, {6, 12, 25}},
        Case{{.max_iter = 50, .s = 3, .eta = 2.0}, {6, 12, 25}},
        Case{{.min_iter = 1, .eta = 1.5}, {1, 1, 2, 3, 5, 7, 11, 17, 25}},
        Case{{.min_iter = 1, .eta = 1.5, .strict = false}, {1, 1, 2, 3, 5, 7, 11, 17, 25}},
        // (1.0 / 49) * 49 is less than 1.
        Case{{.min_iter = 2, .eta = 49.0}, {2}},
        Case{{.min_iter = 8, .eta = 1.1}, {8, 9, 10, 11, 12, 14, 15, 17, 18, 20, 22, 25, 27, 30}}));

}  // namespace
}  // namespace hpsearch::search
