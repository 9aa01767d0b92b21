#include "search/sampler.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/statistics.h"

namespace hpsearch::search {
namespace {

Space mixed_space() {
  return {
      {"activation", Categorical{{std::string("relu"), std::string("tanh"), std::string("elu")}}},
      {"batch_size", Numeric{8.0, 256.0, true, 8.0, true}},
      {"dropout", Numeric{0.0, 0.5, false, 0.1, false}},
      {"hidden", Categorical{{nn::ValueList{std::int64_t{64}},
                              nn::ValueList{std::int64_t{64}, std::int64_t{32}}}}},
      {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}},
      {"momentum", Fixed{0.9}},
      {"warmup", Numeric{-1.0, 1.0, false, 0.0, false}},
  };
}

bool may_be(const Distribution& distribution, const nn::Value& value) {
  if (const auto* fixed = std::get_if<Fixed>(&distribution)) {
    return value == fixed->value;
  }
  if (const auto* categorical = std::get_if<Categorical>(&distribution)) {
    return std::count(categorical->values.begin(), categorical->values.end(), value) > 0;
  }
  const auto& range = std::get<Numeric>(distribution);
  return std::holds_alternative<std::int64_t>(value) == range.integer &&
         value.number() >= range.low && value.number() <= range.high;
}

// What every method promises, whatever it does inside.
class SamplerConformance : public testing::TestWithParam<SamplerInfo> {
 protected:
  static constexpr std::uint64_t kTrials = 600;

  static std::unique_ptr<Sampler> make(const Space& space, std::uint64_t seed) {
    SearchProblem problem{space, seed};
    if (GetParam().staged) {
      problem.stages = {{1, 300, 300}, {2, 200, 200}, {5, 100, 100}};
    }
    return GetParam().make(problem);
  }

  static std::uint64_t count(const Sampler& sampler) {
    return std::min(kTrials, sampler.size().value_or(kTrials));
  }

  // Trials in their order, each as good as its learning rate is near 0.01; every tenth diverges.
  static std::vector<Observation> search(Sampler& sampler) {
    std::vector<Observation> ended;
    for (std::uint64_t n = 0; n < count(sampler); ++n) {
      const auto known = std::span(ended).first(sampler.needs(n));
      Suggestion suggestion = sampler.suggest(n, known);
      const bool diverged = n % 10 == 9;
      const auto rate = suggestion.params.find("learning_rate");
      const double score =
          rate == suggestion.params.end() ? 0.0 : std::abs(std::log10(rate->second.number()) + 2.0);
      ended.push_back(
          {n, suggestion.stage, diverged ? TrialState::kDiverged : TrialState::kComplete,
           std::move(suggestion.params), diverged ? std::nullopt : std::optional(score)});
    }
    return ended;
  }
};

TEST_P(SamplerConformance, IsFoundByItsName) {
  ASSERT_NE(find_sampler(GetParam().name), nullptr);
  EXPECT_EQ(find_sampler(GetParam().name)->make, GetParam().make);
  EXPECT_FALSE(GetParam().meaning.empty());
}

TEST_P(SamplerConformance, StaysInsideTheSpace) {
  const Space space = mixed_space();
  for (const Observation& trial : search(*make(space, 7))) {
    ASSERT_EQ(trial.params.size(), space.size());
    for (const Parameter& parameter : space) {
      ASSERT_TRUE(may_be(parameter.distribution, trial.params.at(parameter.name)))
          << parameter.name << " " << nn::to_text(trial.params.at(parameter.name));
    }
  }
}

TEST_P(SamplerConformance, SuggestsTheSameForAPositionInAnyOrder) {
  const auto forwards = make(mixed_space(), 3);
  const std::vector<Observation> ended = search(*forwards);
  const auto backwards = make(mixed_space(), 3);
  for (std::uint64_t n = ended.size(); n-- > 0;) {
    const auto known = std::span(ended).first(backwards->needs(n));
    ASSERT_EQ(backwards->suggest(n, known).params, ended[n].params) << n;
    ASSERT_EQ(backwards->suggest(n, known).params, ended[n].params) << n << " asked again";
  }
}

TEST_P(SamplerConformance, NeedsOnlyTrialsBefore) {
  const auto sampler = make(mixed_space(), 3);
  for (std::uint64_t n = 0; n < count(*sampler); ++n) {
    EXPECT_LE(sampler->needs(n), n);
  }
}

TEST_P(SamplerConformance, AcceptsTheEmptySpace) {
  EXPECT_TRUE(make({}, 1)->suggest(0, {}).params.empty());
}

TEST_P(SamplerConformance, SaysHowItsStageCameAbout) {
  const auto sampler = make(mixed_space(), 1);
  const StageStart start = sampler->stage_start(0, {});
  EXPECT_EQ(space_json(start.space), space_json(mixed_space()));
  EXPECT_FALSE(start.points.empty());
  EXPECT_TRUE(start.carried.empty());
}

INSTANTIATE_TEST_SUITE_P(Sampler,
                         SamplerConformance,
                         testing::ValuesIn(sampler_table().begin(), sampler_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FindSampler, KnowsNoOtherNames) {
  EXPECT_EQ(find_sampler("Random"), nullptr);
  EXPECT_EQ(find_sampler(""), nullptr);
}

TEST(RandomSampler, SuggestsOtherTrialsForOtherPositionsAndSeeds) {
  std::set<double> rates;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, (1ULL << 53) - 1}) {
    const auto sampler = find_sampler("random")->make({mixed_space(), seed});
    for (std::uint64_t number = 0; number < 250; ++number) {
      rates.insert(sampler->suggest(number, {}).params.at("learning_rate").number());
    }
  }
  EXPECT_EQ(rates.size(), 1000U);
}

TEST(RandomSampler, LeavesTheOtherDrawsAsTheyAreWhenAParameterIsAdded) {
  const SamplerInfo& random = *find_sampler("random");
  Space larger = mixed_space();
  larger.insert(larger.begin(), {"aaa", Numeric{}});
  larger.push_back({"zzz", Numeric{}});
  const auto before = random.make({mixed_space(), 5});
  const auto after = random.make({larger, 5});
  for (std::uint64_t number = 0; number < 100; ++number) {
    ParamSet params = after->suggest(number, {}).params;
    EXPECT_EQ(params.erase("aaa") + params.erase("zzz"), 2U);
    EXPECT_EQ(params, before->suggest(number, {}).params);
  }
}

TEST(RandomSampler, DrawsParametersIndependently) {
  const auto sampler = find_sampler("random")->make({{{"a", Numeric{}}, {"b", Numeric{}}}, 11});
  constexpr std::size_t kTrials = 40'000;
  std::vector<std::size_t> cells(16);
  for (std::uint64_t number = 0; number < kTrials; ++number) {
    const ParamSet params = sampler->suggest(number, {}).params;
    const auto a = static_cast<std::size_t>(params.at("a").number() * 4.0);
    const auto b = static_cast<std::size_t>(params.at("b").number() * 4.0);
    ++cells.at(a * 4 + b);
  }
  for (const std::size_t cell : cells) {
    expect_share(cell, kTrials, 1.0 / 16.0);
  }
}

// These two trials are part of what a seed means: sweeps on users' disks continue by them. If this
// test fails, the change that made it fail is wrong.
TEST(RandomSampler, DrawsTheSameTrialsForEver) {
  const auto sampler = find_sampler("random")->make({mixed_space(), 1});
  EXPECT_EQ(
      params_json(sampler->suggest(0, {}).params),
      R"({"activation":"relu","batch_size":16,"dropout":0.4,)"
      R"("hidden":[64],"learning_rate":0.023826965667160454,"momentum":0.9,"warmup":-0.5337912693338898})");
  EXPECT_EQ(
      params_json(sampler->suggest(1, {}).params),
      R"({"activation":"tanh","batch_size":40,"dropout":0.5,)"
      R"("hidden":[64,32],"learning_rate":0.00012671290311078628,"momentum":0.9,"warmup":-0.47480868182941194})");
}

}  // namespace
}  // namespace hpsearch::search
