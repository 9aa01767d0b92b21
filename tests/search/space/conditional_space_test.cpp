// Conditions and constraints, for every method of the table.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/samplers/choose.h"
#include "search/samplers/sampler.h"

namespace hpsearch::search {
namespace {

constexpr std::uint64_t kLag = 4;

Space tree_space() {
  Space space{
      {"beta1", Numeric{0.5, 0.99, false, 0.0, false}},
      {"hidden1", Numeric{8.0, 64.0, true, 1.0, true}},
      {"hidden2", Categorical{{std::int64_t{8}, std::int64_t{16}, std::int64_t{32}}, {}, true}},
      {"l2", Normal{-7.0, 2.0, true, 0.0, 1.0, false}},
      {"momentum", Numeric{0.0, 0.9, false, 0.1, false}},
      {"nesterov", Categorical{{true, false}, {0.25, 0.75}, false}},
      {"optimizer", Categorical{{std::string("sgd"), std::string("adam")}}},
  };
  space[0].when = Expression::parse("optimizer == 'adam'");
  space[4].when = Expression::parse("optimizer == 'sgd'");
  space[5].when = Expression::parse("momentum > 0");
  return space;
}

Constraints tree_constraints() {
  return {Expression::parse("hidden2 <= hidden1"),
          Expression::parse("momentum < 0.85 or l2 < 0.001")};
}

// The two conditions, written by hand.
void expect_as_written(const ParamSet& params) {
  const bool sgd = params.at("optimizer") == nn::Value(std::string("sgd"));
  EXPECT_EQ(params.contains("momentum"), sgd);
  EXPECT_EQ(params.contains("beta1"), !sgd);
  EXPECT_EQ(params.contains("nesterov"), sgd && params.at("momentum").number() > 0.0);
  EXPECT_LE(params.at("hidden2").number(), params.at("hidden1").number());
  EXPECT_TRUE(!sgd || params.at("momentum").number() < 0.85 || params.at("l2").number() < 0.001);
  EXPECT_GT(params.at("l2").number(), 0.0);
  EXPECT_LE(params.at("l2").number(), 1.0);
}

class ConditionalSpace : public testing::TestWithParam<SamplerInfo> {
 protected:
  static std::unique_ptr<Sampler> make(Points points = Points::kSobol) {
    SearchProblem problem{.space = tree_space(), .seed = 5, .constraints = tree_constraints()};
    problem.lag = kLag;
    problem.options.points = points;
    if (GetParam().staged()) {
      problem.stages = {{1, 100, 100}, {2, 60, 60}, {5, 40, 40}};
    }
    return GetParam().make(problem);
  }

  // Models are slow, and 60 trials cover all that they do.
  static std::uint64_t enough() { return GetParam().learns == Learns::kTrials ? 60 : 200; }

  static std::vector<Observation> search(Sampler& sampler, std::uint64_t trials = enough()) {
    const Space space = tree_space();
    const Constraints constraints = tree_constraints();
    std::vector<Observation> ended;
    for (std::uint64_t n = 0; n < trials; ++n) {
      Known known{std::span(ended).first(sampler.needs(n)), {}};
      std::vector<Observation> pending;
      if (GetParam().learns == Learns::kTrials) {
        known.ended = std::span(ended).first(n < kLag ? 0 : n - kLag + 1);
        for (std::uint64_t p = known.ended.size(); p < n; ++p) {
          pending.push_back({p, 0, TrialState::kRunning, ended[p].params, std::nullopt, 0});
        }
        known.pending = pending;
      }
      Suggestion suggestion = *choose(sampler, {space, constraints, 5}, n, known);
      const double score = std::abs(std::log10(suggestion.params.at("l2").number()) + 3.0) +
                           (suggestion.params.contains("momentum") ? 0.0 : 1.0);
      ended.push_back(
          {n, suggestion.stage, TrialState::kComplete, std::move(suggestion.params), score, 5});
    }
    return ended;
  }
};

TEST_P(ConditionalSpace, HasNoInactiveParametersAndKeepsTheConstraints) {
  std::set<std::string> optimizers;
  for (const Observation& trial : search(*make())) {
    expect_as_written(trial.params);
    optimizers.insert(nn::to_text(trial.params.at("optimizer")));
  }
  EXPECT_EQ(optimizers.size(), 2U) << "both branches are searched";
}

TEST_P(ConditionalSpace, KeepsThemWhateverTheStagesPointsAre) {
  if (!GetParam().staged()) {
    GTEST_SKIP() << "has no stages";
  }
  for (const Points points : {Points::kRandom, Points::kGrid}) {
    for (const Observation& trial : search(*make(points))) {
      expect_as_written(trial.params);
    }
  }
}

TEST_P(ConditionalSpace, GivesTheSameTrialsToASecondSampler) {
  const auto first = search(*make(), 60);
  const auto second = search(*make(), 60);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].params, second[i].params) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sampler,
                         ConditionalSpace,
                         testing::ValuesIn(sampler_table().begin(), sampler_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ActiveParams, FollowsChainsOfConditionsInAnyOrder) {
  // Brute force: apply the conditions until nothing changes.
  const Space space = tree_space();
  for (const char* optimizer : {"sgd", "adam"}) {
    for (const double momentum : {0.0, 0.5}) {
      const ParamSet all{{"beta1", 0.9},
                         {"momentum", momentum},
                         {"nesterov", true},
                         {"optimizer", std::string(optimizer)},
                         {"unknown", 1.0}};
      ParamSet expected = all;
      for (int round = 0; round < 5; ++round) {
        for (const Parameter& p : space) {
          if (p.when && !p.when->holds(expected).value_or(false)) {
            expected.erase(p.name);
          }
        }
      }
      EXPECT_EQ(active_params(space, all), expected) << optimizer << momentum;
    }
  }
}

TEST(Grid, HasEachActiveCombinationOnce) {
  Space space{{"a", Categorical{{std::int64_t{1}, std::int64_t{2}}}},
              {"b", Categorical{{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}},
              {"c", Numeric{1.0, 4.0, false, 1.0, true}}};
  space[1].when = Expression::parse("a == 2");
  const Constraints constraints{Expression::parse("b <= c")};
  const auto sampler =
      find_sampler("grid")->make({.space = space, .seed = 1, .constraints = constraints});
  // a = 1: four of c; a = 2: b = 1 with four, 2 with three, 3 with two.
  ASSERT_EQ(sampler->size(), 13U);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 13; ++i) {
    const ParamSet params = sampler->suggest(i, {}).params;
    EXPECT_TRUE(satisfies(constraints, params));
    EXPECT_EQ(params.contains("b"), params.at("a") == nn::Value(std::int64_t{2}));
    EXPECT_TRUE(seen.insert(params_json(params)).second);
  }
  EXPECT_EQ(count_points({space, constraints, 1}), 13U);
}

TEST(Choose, GivesUpWhereNothingSatisfiesTheConstraints) {
  const Space space{{"x", Numeric{}}};
  const Constraints never{Expression::parse("x > 2")};
  const auto sampler = find_sampler("random")->make({.space = space, .constraints = never});
  EXPECT_THAT(
      [&] {
        choose(*sampler, {space, never, 0}, 0, {});
      },
      testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("loosen the")));
  EXPECT_EQ(feasible_share({space, never, 0}, 1000), 0.0);
}

TEST(Choose, FindsWhatIsRare) {
  const Space space{{"x", Numeric{}}};
  const Constraints rare{Expression::parse("x < 0.001")};
  for (const SamplerInfo& method : sampler_table()) {
    if (method.learns == Learns::kStages || method.name == "grid") {
      continue;
    }
    const auto sampler = method.make({.space = space, .constraints = rare});
    for (std::uint64_t position = 0; position < 4; ++position) {
      EXPECT_LT(choose(*sampler, {space, rare, 0}, position, {})->params.at("x").number(), 0.001);
    }
  }
}

TEST(FeasibleShare, IsTheShareOfTheSpace) {
  const Space space{{"a", Numeric{}}, {"b", Numeric{}}};
  const Constraints constraints{Expression::parse("a < b"), Expression::parse("b < 0.5")};
  EXPECT_NEAR(feasible_share({space, constraints, 3}, 40'000), 0.125, 0.01);
}

}  // namespace
}  // namespace hpsearch::search
