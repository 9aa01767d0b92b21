#include "reports/findings/importance.h"

#include <cmath>
#include <map>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "reports/findings/parameter_grid.h"
#include "tests/reports/made_sweep.h"
#include "tests/support/fixture.h"

namespace hpsearch::reports {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

nn::Value value_of(const json& j) {
  if (j.is_string()) {
    return j.get<std::string>();
  }
  return j.is_number_integer() ? nn::Value(j.get<std::int64_t>()) : nn::Value(j.get<double>());
}

SweepData fixture_sweep(const json& fixture) {
  MadeSweep sweep;
  sweep.minimize();
  for (const auto& [name, p] : fixture["parameters"].items()) {
    SearchedParameter& parameter = sweep.data.parameters.emplace_back();
    parameter.name = name;
    parameter.numeric = p.contains("low");
    if (!parameter.numeric) {
      for (const json& item : p["choices"]) {
        parameter.choices.push_back(value_of(item));
      }
      continue;
    }
    parameter.low = p["low"].get<double>();
    parameter.high = p["high"].get<double>();
    parameter.logarithmic = p["log"].get<bool>();
    parameter.step = p["step"].get<double>();
    parameter.integer = p["integer"].get<bool>();
  }
  for (const json& trial : fixture["trials"]) {
    search::ParamSet params;
    for (const auto& [name, value] : trial["params"].items()) {
      params.emplace(name, value_of(value));
    }
    const json& value = trial["value"];
    sweep.add(std::move(params),
              value.is_null() ? std::nullopt : std::optional(value.get<double>()));
  }
  return sweep.ranked();
}

TEST(Importance, AgreesWithOptunasPedAnova) {
  const json fixtures = test::read_fixture("ped_anova.json");
  ASSERT_GE(fixtures["cases"].size(), 3U);
  for (const json& fixture : fixtures["cases"]) {
    SCOPED_TRACE(fixture["name"].get<std::string>());
    const SweepData data = fixture_sweep(fixture);
    const auto found = importances(data, ranked_trials(data));
    ASSERT_EQ(found.size(), fixture["raw"].size());
    double whole = 0.0;
    for (const auto& [name, raw] : fixture["raw"].items()) {
      whole += raw.get<double>();
    }
    for (const Importance& importance : found) {
      const double raw = fixture["raw"][importance.parameter].get<double>();
      EXPECT_NEAR(importance.raw, raw, 1e-9) << importance.parameter;
      EXPECT_NEAR(importance.share, raw / whole, 1e-6) << importance.parameter;
    }
  }
}

// Trials whose score depends on x but not on y.
MadeSweep decided_by_x(int trials) {
  MadeSweep sweep({range("x", 0.0, 1.0), range("y", 1e-3, 1.0, true)});
  nn::Stream stream(1, nn::Purpose::kSample);
  for (int i = 0; i < trials; ++i) {
    const double x = stream.uniform();
    const double y = std::pow(10.0, -3.0 * stream.uniform());
    sweep.add({{"x", x}, {"y", y}}, 1.0 - (x - 0.3) * (x - 0.3));
  }
  return sweep;
}

TEST(Importance, NamesTheParameterThatDecidesAndHowLikelyChanceWouldLookSo) {
  MadeSweep sweep = decided_by_x(60);
  const SweepData& data = sweep.ranked();
  const auto found = importances(data, ranked_trials(data));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].parameter, "x");
  EXPECT_GT(found[0].share, 0.8);
  EXPECT_LE(found[0].p, 0.01);
  EXPECT_GT(found[1].p, 0.05);
  EXPECT_NEAR(found[0].share + found[1].share, 1.0, 1e-12);
}

TEST(Importance, CallsChanceWhatIsChance) {
  // Scores that depend on nothing: of 40 parameters, about two should have p below 0.05.
  int below = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    MadeSweep sweep({range("x", 0.0, 1.0), choice("c", {true, false, 1.5})});
    nn::Stream stream(seed, nn::Purpose::kSample);
    for (int i = 0; i < 50; ++i) {
      const double x = stream.uniform();
      const nn::Value c = sweep.data.parameters[1].choices[stream.below(3)];
      sweep.add({{"x", x}, {"c", c}}, stream.uniform());
    }
    const SweepData& data = sweep.ranked();
    for (const Importance& importance : importances(data, ranked_trials(data))) {
      below += importance.p <= 0.05 ? 1 : 0;
    }
  }
  EXPECT_LE(below, 6);
}

TEST(Importance, SaysNothingOfFewTrialsOrWhereAllAreTheBest) {
  MadeSweep few = decided_by_x(19);
  EXPECT_THAT(importances(few.data, ranked_trials(few.ranked())), IsEmpty());
  MadeSweep equal({range("x", 0.0, 1.0)});
  for (int i = 0; i < 30; ++i) {
    equal.add({{"x", i / 30.0}}, 0.5);
  }
  EXPECT_THAT(importances(equal.data, ranked_trials(equal.ranked())), IsEmpty());
}

TEST(Importance, GivesAParameterWithoutChoiceNoShare) {
  MadeSweep sweep = decided_by_x(40);
  sweep.data.parameters.push_back(range("z", 2.0, 2.0));
  for (TrialData& trial : sweep.data.trials) {
    trial.params["z"] = 2.0;
  }
  const auto found = importances(sweep.data, ranked_trials(sweep.ranked()));
  EXPECT_EQ(found.back().parameter, "z");
  EXPECT_EQ(found.back().raw, 0.0);
  EXPECT_EQ(found.back().p, 1.0);
}

TEST(RankedTrials, AreThoseOfTheStageWithMostAndTheBadOnesComeLast) {
  MadeSweep sweep;
  sweep.add({}, 0.5, 0, 3);
  sweep.add({}, std::nullopt, 0, 3);
  sweep.add({}, 0.7, 0, 3);
  sweep.add({}, 0.6, 0, 3);
  sweep.add({}, 0.8, 0, 3).row.state = search::TrialState::kPruned;
  sweep.add({}, std::nullopt, 0, 3).row.state = search::TrialState::kInterrupted;
  sweep.add({}, 0.9, 1, 9);
  const RankedTrials trials = ranked_trials(sweep.ranked());
  EXPECT_EQ(trials.stage, 0);
  EXPECT_EQ(trials.epochs, 3);
  EXPECT_THAT(trials.order, ElementsAre(2U, 3U, 0U, 1U, 4U));
  EXPECT_EQ(trials.complete, 3U);
  EXPECT_EQ(trials.top, 3U);
}

TEST(RankedTrials, CallATenthTheBestAtLeastFiveWithTheirEquals) {
  auto top_of = [](std::size_t n, auto value) {
    MadeSweep sweep;
    for (std::size_t i = 0; i < n; ++i) {
      sweep.add({}, value(i));
    }
    return ranked_trials(sweep.ranked()).top;
  };
  auto different = [](std::size_t i) { return static_cast<double>(i); };
  EXPECT_EQ(top_of(30, different), 5U);
  EXPECT_EQ(top_of(60, different), 6U);
  EXPECT_EQ(top_of(61, different), 7U);
  EXPECT_EQ(top_of(60, [](std::size_t i) { return i < 20 ? 1.0 : 0.0; }), 20U);
}

TEST(Marginals, CountEachTrialInItsPartOfTheRange) {
  MadeSweep sweep({range("rate", 1e-4, 1.0, true), choice("act", {std::string("relu"), 7.0})});
  for (int i = 0; i < 40; ++i) {
    search::ParamSet params{{"rate", std::pow(10.0, -4.0 * (i + 0.5) / 40.0)}};
    if (i % 4 != 0) {
      params["act"] = i % 2 == 0 ? nn::Value(std::string("relu")) : nn::Value(7.0);
    }
    sweep.add(params, i < 8 ? std::nullopt : std::optional(1.0 - 0.01 * i));
  }
  const SweepData& data = sweep.ranked();
  const auto found = marginals(data, ranked_trials(data));
  ASSERT_EQ(found.size(), 2U);
  const Marginal& rate = found[0];
  ASSERT_EQ(rate.bins.size(), 10U);
  EXPECT_DOUBLE_EQ(rate.bins.front().low, 1e-4);
  EXPECT_DOUBLE_EQ(rate.bins.back().high, 1.0);
  double density = 0.0;
  double top_density = 0.0;
  for (std::size_t b = 0; b < 10; ++b) {
    const MarginalBin& bin = rate.bins[b];
    // Brute force: which trials lie between the ends of the part?
    std::vector<double> values;
    std::size_t trials = 0;
    for (const TrialData& trial : data.trials) {
      const double x = trial.params.at("rate").number();
      if (x > bin.low && x <= bin.high) {
        ++trials;
        if (trial.row.value) {
          values.push_back(*trial.row.value);
        }
      }
    }
    EXPECT_EQ(bin.trials, trials) << b;
    EXPECT_EQ(bin.complete, values.size()) << b;
    if (!values.empty()) {
      EXPECT_NEAR(
          bin.mean,
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()),
          1e-12);
      EXPECT_LE(bin.quartile_low, bin.median);
      EXPECT_LE(bin.median, bin.quartile_high);
    } else {
      EXPECT_TRUE(std::isnan(bin.mean));
    }
    density += bin.density;
    top_density += bin.top_density;
    if (b > 0) {
      EXPECT_DOUBLE_EQ(bin.low, rate.bins[b - 1].high);
    }
  }
  EXPECT_NEAR(density, 1.0, 1e-9);
  EXPECT_NEAR(top_density, 1.0, 1e-9);
  const Marginal& act = found[1];
  EXPECT_EQ(act.inactive, 10U);
  ASSERT_EQ(act.bins.size(), 2U);
  EXPECT_EQ(act.bins[0].choice, nn::Value(std::string("relu")));
  EXPECT_EQ(act.bins[0].trials, 10U);
  EXPECT_EQ(act.bins[1].trials, 20U);
}

TEST(Marginals, StandWithoutAnyTrialAndWithOneValue) {
  MadeSweep sweep({range("x", 0.0, 1.0), range("one", 2.0, 2.0), choice("c", {true})});
  auto found = marginals(sweep.data, ranked_trials(sweep.ranked()));
  EXPECT_EQ(found[0].bins.size(), 10U);
  EXPECT_EQ(found[0].bins[3].trials, 0U);
  sweep.add({{"x", 0.5}, {"one", 2.0}, {"c", true}}, 0.5);
  found = marginals(sweep.data, ranked_trials(sweep.ranked()));
  ASSERT_EQ(found[1].bins.size(), 1U);
  EXPECT_EQ(found[1].bins[0].trials, 1U);
  EXPECT_EQ(found[1].bins[0].low, 2.0);
}

TEST(ParameterGrid, PutsAValueOnItsNearestPlace) {
  SearchedParameter whole = range("layers", 1.0, 5.0);
  whole.step = 1.0;
  whole.integer = true;
  EXPECT_EQ(grid_size(whole), 5U);
  EXPECT_EQ(grid_place(whole, std::int64_t{1}), 0U);
  EXPECT_EQ(grid_place(whole, std::int64_t{4}), 3U);
  EXPECT_EQ(grid_place(whole, std::string("many")), std::nullopt);
  const SearchedParameter real = range("x", 0.0, 49.0);
  EXPECT_EQ(grid_place(real, 3.4), 3U);
  EXPECT_EQ(grid_place(real, 3.6), 4U);
}

// 4 good trials decide by x alone; the 36 others are equally bad.
TEST(Importance, CutsBeforeATieThatWouldBeNearlyAllTrials) {
  MadeSweep sweep({range("x", 0.0, 1.0), range("y", 0.0, 1.0)});
  nn::Stream stream(3, nn::Purpose::kSample);
  for (int i = 0; i < 40; ++i) {
    const double x = i < 4 ? 0.9 + 0.02 * i : 0.8 * stream.uniform();
    sweep.add({{"x", x}, {"y", stream.uniform()}}, i < 4 ? 0.9 + 0.01 * i : 0.5);
  }
  const auto trials = ranked_trials(sweep.ranked());
  EXPECT_EQ(trials.top, 4U);
  EXPECT_EQ(trials.tied, 36U);
  const auto found = importances(sweep.data, trials);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.front().parameter, "x");
  EXPECT_LE(found.front().p, 0.05);
  EXPECT_GT(found.front().share, 0.8);
}

TEST(Importance, ExtendsTheBestOverASmallTie) {
  MadeSweep sweep({range("x", 0.0, 1.0)});
  for (int i = 0; i < 40; ++i) {
    sweep.add({{"x", i / 40.0}}, i < 3 ? 0.9 : i < 8 ? 0.8 : 0.5 - 0.01 * i);
  }
  EXPECT_EQ(ranked_trials(sweep.ranked()).top, 8U);
  EXPECT_EQ(ranked_trials(sweep.data).tied, 0U);
}

}  // namespace
}  // namespace hpsearch::reports
