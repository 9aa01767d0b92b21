#include "search/points/box.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

using testing::HasSubstr;

Parameter range(const std::string& name, double low, double high, bool logarithmic = false) {
  return {name, Numeric{low, high, logarithmic, 0.0, false}};
}

const Numeric& numeric(const Space& space, std::size_t i = 0) {
  return std::get<Numeric>(space[i].distribution);
}

// Trials at these values of one parameter, scored by `score`.
template <class Score>
std::vector<Observation> trials_at(const std::string& name,
                                   const std::vector<double>& values,
                                   Score score) {
  std::vector<Observation> trials;
  for (const double value : values) {
    trials.push_back({trials.size(), 0, TrialState::kComplete, {{name, value}}, score(value)});
  }
  return trials;
}

std::vector<double> spread(double low, double high, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(low + (i + 0.5) * (high - low) / count);
  }
  return values;
}

TEST(NextBox, ShrinksAroundTheBestByAtMostAQuarterAndAtLeastAHalf) {
  const Space declared{range("x", 0.0, 10.0)};
  const auto trials =
      trials_at("x", spread(0.0, 10.0, 25), [](double x) { return std::abs(x - 4.0); });
  const NextBox next = next_box(declared, declared, trials, {});
  const Numeric& box = numeric(next.space);
  // The five best lie within 3 ... 4.6; 1.5 times their spread is less than a quarter of 10.
  EXPECT_NEAR(box.high - box.low, 2.5, 1e-9);
  EXPECT_LT(std::abs((box.low + box.high) / 2.0 - 4.0), 0.3);
  EXPECT_EQ(next.changes[0].action, "shrunk");
  EXPECT_EQ(next.changes[0].reason, "the best 5 of 25 trials lie between 3 and 4.6");
}

TEST(NextBox, ComparesRangesOnTheirOwnScale) {
  const Space declared{range("x", 1e-4, 1.0, true)};
  std::vector<double> values;
  for (const double t : spread(-4.0, 0.0, 25)) {
    values.push_back(std::pow(10.0, t));
  }
  const auto trials =
      trials_at("x", values, [](double x) { return std::abs(std::log10(x) + 2.4); });
  const Numeric box = numeric(next_box(declared, declared, trials, {}).space);
  EXPECT_NEAR(std::log10(box.high / box.low), 1.0, 1e-9);
  EXPECT_NEAR(std::log10(box.high * box.low) / 2.0, -2.4, 0.15);
}

TEST(NextBox, KeepsWhatDoesNotMatter) {
  const Space declared{range("x", 0.0, 1.0), range("y", 0.0, 1.0)};
  std::vector<Observation> trials;
  for (std::size_t i = 0; i < 30; ++i) {
    // y alone determines the score; x meanwhile runs through its range five times.
    const double y = (static_cast<double>(i) + 0.5) / 30.0;
    const double x = static_cast<double>(i * 7 % 30) / 29.0;
    trials.push_back({i, 0, TrialState::kComplete, {{"x", x}, {"y", y}}, std::abs(y - 0.5)});
  }
  const NextBox next = next_box(declared, declared, trials, {});
  EXPECT_EQ(numeric(next.space, 0).low, 0.0);
  EXPECT_EQ(numeric(next.space, 0).high, 1.0);
  EXPECT_EQ(next.changes[0].action, "kept");
  EXPECT_THAT(next.changes[0].reason, HasSubstr("it matters little here"));
  EXPECT_EQ(next.changes[1].action, "shrunk");
}

TEST(NextBox, ShiftsWithoutShrinkingWhereTheBestLiesAtAnInnerEdge) {
  const Space declared{range("x", 0.0, 10.0)};
  const Space box{range("x", 4.0, 6.0)};
  const auto trials = trials_at("x", spread(4.0, 6.0, 25), [](double x) { return -x; });
  const NextBox next = next_box(declared, box, trials, {});
  EXPECT_EQ(next.changes[0].action, "shifted");
  EXPECT_EQ(next.changes[0].reason, "the best trial lies at the upper edge, 6, of the box");
  EXPECT_NEAR(numeric(next.space).low, 4.96, 1e-9);
  EXPECT_NEAR(numeric(next.space).high, 6.96, 1e-9);
}

TEST(NextBox, ShrinksAgainstTheWrittenEdgeAndSaysSo) {
  const Space declared{range("x", 0.0, 10.0)};
  const auto trials = trials_at("x", spread(0.0, 10.0, 25), [](double x) { return -x; });
  const NextBox next = next_box(declared, declared, trials, {});
  EXPECT_EQ(numeric(next.space).high, 10.0);
  EXPECT_NEAR(numeric(next.space).low, 7.5, 1e-9);
  EXPECT_THAT(next.changes[0].reason, HasSubstr(", at the upper edge of the written range"));
}

TEST(NextBox, GrowsBeyondTheWrittenRangeWhereItMayTwiceAndWithinTheLimits) {
  SearchOptions options;
  options.expand = Expand::kAuto;
  const Space declared{range("x", 0.0, 10.0)};
  Space box = declared;
  std::vector<double> ends;
  for (int stage = 0; stage < 4; ++stage) {
    const auto trials = trials_at("x", spread(numeric(box).low, numeric(box).high, 25),
                                  [](double x) { return -x; });
    box = next_box(declared, box, trials, options).space;
    ends.push_back(numeric(box).high);
  }
  EXPECT_THAT(ends, testing::ElementsAre(15.0, 20.0, 20.0, 20.0));
  Space limited{range("x", 0.0, 10.0)};
  limited[0].limit_high = 12.0;
  const auto trials = trials_at("x", spread(0.0, 10.0, 25), [](double x) { return -x; });
  const NextBox next = next_box(limited, limited, trials, options);
  EXPECT_EQ(next.changes[0].action, "widened");
  EXPECT_DOUBLE_EQ(numeric(next.space).high, 12.0);
  EXPECT_DOUBLE_EQ(numeric(next.space).low, 2.0);
}

TEST(NextBox, KeepsCategoriesThatAreGoodOrHardlyTried) {
  const Space declared{
      {"c", Categorical{{std::string("bad"), std::string("good"), std::string("new")}}}};
  std::vector<Observation> trials;
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string c = i == 0 ? "new" : i % 2 == 0 ? "good" : "bad";
    trials.push_back({i, 0, TrialState::kComplete, {{"c", c}}, c == "good" ? 0.0 : 1.0});
  }
  const NextBox next = next_box(declared, declared, trials, {});
  EXPECT_EQ(std::get<Categorical>(next.space[0].distribution).values,
            (std::vector<nn::Value>{std::string("good"), std::string("new")}));
  EXPECT_EQ(next.changes[0].action, "narrowed");
  EXPECT_EQ(next.changes[0].reason, "none of the best 5 trials has bad");
}

TEST(NextBox, StaysWhereNoTrialIsComplete) {
  const Space declared{range("x", 0.0, 10.0)};
  const std::vector<Observation> trials{{0, 0, TrialState::kDiverged, {{"x", 3.0}}, std::nullopt}};
  const NextBox next = next_box(declared, declared, trials, {});
  EXPECT_EQ(space_json(next.space), space_json(declared));
  EXPECT_EQ(next.changes[0].action, "kept");
}

// For any trials: the box lies within what may be searched, contains the best trial, is not wider
// than before, and not narrower than shrink^2 allows.
TEST(NextBox, HoldsItsPromisesForAnyTrials) {
  nn::Stream stream(5, nn::Purpose::kSample);
  for (int round = 0; round < 3000; ++round) {
    Space declared{range("a", -3.0, 4.0),
                   range("b", 1e-6, 10.0, true),
                   {"n", Numeric{2.0, 40.0, round % 2 == 0, 1.0, true}}};
    SearchOptions options;
    options.expand = round % 3 == 0 ? Expand::kAuto : Expand::kWarn;
    for (Parameter& parameter : declared) {
      const auto& whole = std::get<Numeric>(parameter.distribution);
      parameter.limit_low = round % 5 == 0 ? whole.low : whole.logarithmic ? whole.low / 3 : -1e3;
      parameter.limit_high = whole.high * 3.0;
    }
    Space box = declared;
    for (int stage = 0; stage < 4; ++stage) {
      std::vector<Observation> trials;
      const auto count = 1 + stream.below(25);
      const double peak = stream.uniform();
      for (std::uint64_t i = 0; i < count; ++i) {
        Observation trial{i, stage, TrialState::kComplete, {}, 0.0};
        double distance = 0.0;
        for (const Parameter& parameter : box) {
          const double u = stream.uniform();
          distance += std::abs(u - peak);
          trial.params.emplace(parameter.name, value_at(parameter.distribution, u));
        }
        trial.score = round % 4 == 0 ? stream.uniform() : distance;
        if (stream.below(5) == 0) {
          trial.state = TrialState::kDiverged;
          trial.score.reset();
        }
        trials.push_back(std::move(trial));
      }
      const Space next = next_box(declared, box, trials, options).space;
      const auto best = ranked(trials);
      for (std::size_t i = 0; i < declared.size(); ++i) {
        const Numeric& n = numeric(next, i);
        const Numeric& old = numeric(box, i);
        const bool may_leave = options.expand == Expand::kAuto;
        ASSERT_GE(n.low, may_leave ? declared[i].limit_low : numeric(declared, i).low);
        ASSERT_LE(n.high, may_leave ? declared[i].limit_high : numeric(declared, i).high);
        if (!best.empty()) {
          const double x = best.front()->params.at(declared[i].name).number();
          ASSERT_LE(n.low, x);
          ASSERT_GE(n.high, x);
        }
        auto width = [&](const Numeric& r) {
          return *unit_coordinate(declared[i].distribution, nn::Value(r.high)) -
                 *unit_coordinate(declared[i].distribution, nn::Value(r.low));
        };
        const double step = n.integer ? 0.3 : 1e-9;  // integers are rounded
        // A box may grow by what it gained by widening and by covering the best trial.
        ASSERT_LE(width(n), width(old) + (may_leave ? 0.5 : 0.0) + step);
        ASSERT_GE(width(n), 0.25 * width(old) - step);
      }
      box = next;
    }
  }
}

// Steps that do not meet the ends of their range, and trials enqueued far outside: draws from the
// box still lie inside.
TEST(NextBox, StaysInsideWithStepsAndWhateverIsEnqueued) {
  nn::Stream stream(8, nn::Purpose::kSample);
  for (int round = 0; round < 1500; ++round) {
    SearchOptions options;
    options.expand = round % 2 == 0 ? Expand::kAuto : Expand::kNever;
    Space declared{{"q", Numeric{0.04, 0.88, false, 0.1, false}},
                   {"ql", Numeric{0.001, 0.1, true, 0.001, false}},
                   {"r", Numeric{1e-6, 1e-4, true, 0.0, false}}};
    for (Parameter& parameter : declared) {
      parameter.limit_low = 0.0;
    }
    Space box = declared;
    for (int stage = 0; stage < 4; ++stage) {
      std::vector<Observation> trials;
      for (std::uint64_t i = 0; i < 12; ++i) {
        Observation trial{i, stage, TrialState::kComplete, {}, stream.uniform()};
        for (const Parameter& parameter : box) {
          trial.params.emplace(parameter.name, value_at(parameter.distribution, stream.uniform()));
        }
        if (options.expand == Expand::kNever && i < 2) {
          trial.params["r"] = i == 0 ? 0.3 : 1e-9;
          trial.score = -1.0;
        }
        trials.push_back(std::move(trial));
      }
      box = next_box(declared, box, trials, options).space;
      for (std::size_t i = 0; i < box.size(); ++i) {
        const Numeric& whole = numeric(declared, i);
        for (int draw = 0; draw < 5; ++draw) {
          const double x = value_at(box[i].distribution, stream.uniform()).number();
          ASSERT_TRUE(std::isfinite(x));
          ASSERT_GT(x, whole.logarithmic ? 0.0 : -1e-12);
          if (options.expand == Expand::kNever) {
            ASSERT_GE(x, whole.low) << box[i].name;
            ASSERT_LE(x, whole.high) << box[i].name;
          }
        }
      }
    }
  }
}

// The midpoints of a grid's cells: none of them lies near an edge.
TEST(NextBox, TakesTheOutermostValuesOfAGridForItsEdge) {
  const Space declared{range("x", 0.0, 12.0)};
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) {
    values.push_back(2.0 + 4.0 * (i % 3));
  }
  const auto trials = trials_at("x", values, [](double x) { return -x; });
  SearchOptions options;
  options.expand = Expand::kAuto;
  const NextBox next = next_box(declared, declared, trials, options);
  EXPECT_EQ(next.changes[0].action, "widened");
  EXPECT_DOUBLE_EQ(numeric(next.space).high, 18.0);
  const auto inner = trials_at("x", values, [](double x) { return std::abs(x - 6.0); });
  EXPECT_EQ(next_box(declared, declared, inner, options).changes[0].action, "shrunk");
}

TEST(NextBox, StaysWhereMostTrialsAreTheElite) {
  const Space declared{range("x", 0.0, 10.0)};
  const auto trials =
      trials_at("x", spread(0.0, 10.0, 6), [](double x) { return std::abs(x - 4); });
  const NextBox next = next_box(declared, declared, trials, {});
  EXPECT_EQ(next.changes[0].reason, "6 trials are too few to tell where the good values lie");
  EXPECT_EQ(numeric(next.space).high, 10.0);
}

}  // namespace
}  // namespace hpsearch::search
