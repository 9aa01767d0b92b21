#include "search/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/sobol.h"
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
  // Models are asked less often: each suggestion costs them some milliseconds.
  static std::uint64_t trials() { return GetParam().learns == Learns::kTrials ? 60 : 600; }

  static std::unique_ptr<Sampler> make(const Space& space, std::uint64_t seed) {
    SearchProblem problem{space, seed};
    problem.lag = kLag;
    if (GetParam().staged()) {
      problem.stages = {{1, 300, 300}, {2, 200, 200}, {5, 100, 100}};
    }
    return GetParam().make(problem);
  }

  static std::uint64_t count(const Sampler& sampler) {
    return std::min(trials(), sampler.size().value_or(trials()));
  }

  static constexpr std::uint64_t kLag = 4;

  // What the method may know at a position, of trials that have all ended.
  class KnownAt {
   public:
    KnownAt(const Sampler& sampler, const std::vector<Observation>& trials, std::uint64_t position)
        : ended_(std::span(trials).first(sampler.needs(position))) {
      if (GetParam().learns != Learns::kTrials) {
        return;
      }
      ended_ = std::span(trials).first(position < kLag ? 0 : position - kLag + 1);
      for (std::uint64_t n = ended_.size(); n < position; ++n) {
        pending_.push_back(
            {n, trials[n].stage, TrialState::kRunning, trials[n].params, std::nullopt, 0});
      }
    }
    Known get() const { return {ended_, pending_}; }

   private:
    std::span<const Observation> ended_;
    std::vector<Observation> pending_;
  };

  // Trials in their order, each as good as its learning rate is near 0.01; every tenth diverges.
  static std::vector<Observation> search(Sampler& sampler) {
    std::vector<Observation> ended;
    for (std::uint64_t n = 0; n < count(sampler); ++n) {
      const KnownAt known(sampler, ended, n);
      Suggestion suggestion = sampler.suggest(n, known.get());
      const bool diverged = n % 10 == 9;
      const auto rate = suggestion.params.find("learning_rate");
      const double score =
          rate == suggestion.params.end() ? 0.0 : std::abs(std::log10(rate->second.number()) + 2.0);
      ended.push_back(
          {n, suggestion.stage, diverged ? TrialState::kDiverged : TrialState::kComplete,
           std::move(suggestion.params), diverged ? std::nullopt : std::optional(score), 5});
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
    const KnownAt known(*backwards, ended, n);
    ASSERT_EQ(backwards->suggest(n, known.get()).params, ended[n].params) << n;
    ASSERT_EQ(backwards->suggest(n, known.get()).params, ended[n].params) << n << " asked again";
  }
}

TEST_P(SamplerConformance, NeedsOnlyTrialsBefore) {
  const auto sampler = make(mixed_space(), 3);
  for (std::uint64_t n = 0; n < count(*sampler); ++n) {
    EXPECT_LE(sampler->needs(n), n);
  }
}

// In the greedy mode any trials may have ended.
TEST_P(SamplerConformance, StaysInsideTheSpaceWhereSomeTrialsRunLonger) {
  if (GetParam().learns != Learns::kTrials) {
    GTEST_SKIP() << "it knows no results, or those of whole stages";
  }
  const Space space = mixed_space();
  const auto sampler = make(space, 7);
  std::vector<Observation> trials = search(*make(space, 8));
  for (std::uint64_t n = 0; n < 60; ++n) {
    std::vector<Observation> ended;
    std::vector<Observation> pending;
    for (std::uint64_t before = 0; before < n; ++before) {
      (before % 3 == 1 && before + 20 > n ? pending : ended).push_back(trials[before]);
    }
    for (const Parameter& parameter : space) {
      ASSERT_TRUE(may_be(parameter.distribution,
                         sampler->suggest(n, {ended, pending}).params.at(parameter.name)));
    }
  }
}

Space one_parameter() {
  return {{"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}}};
}

Space forty_parameters() {
  Space space;
  for (int i = 0; i < 40; ++i) {
    space.push_back({"x" + std::to_string(100 + i),
                     i % 4 == 0   ? Distribution(Categorical{{std::int64_t{1}, std::int64_t{2}}})
                     : i % 4 == 1 ? Distribution(Numeric{1.0, 9.0, false, 1.0, true})
                                  : Distribution(Numeric{0.0, 1.0, false, 0.0, false})});
  }
  return space;
}

// Ranges and lists with nothing to choose.
Space single_values() {
  return {{"a", Numeric{0.5, 0.5, false, 0.0, false}},
          {"b", Numeric{3.0, 3.0, false, 1.0, true}},
          {"c", Categorical{{std::string("relu")}}},
          {"d", Numeric{2.0, 2.0, true, 0.0, false}},
          {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}}};
}

TEST_P(SamplerConformance, StaysInsideOfSpacesOfAnyShape) {
  for (const Space& space : {one_parameter(), forty_parameters(), single_values()}) {
    for (const Observation& trial : search(*make(space, 5))) {
      ASSERT_EQ(trial.params.size(), space.size());
      for (const Parameter& parameter : space) {
        ASSERT_TRUE(may_be(parameter.distribution, trial.params.at(parameter.name)))
            << parameter.name << " " << nn::to_text(trial.params.at(parameter.name));
      }
    }
  }
}

// Histories from which there is little to learn, and which must not lead astray.
TEST_P(SamplerConformance, GoesOnWhateverBecameOfTheTrials) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<std::function<void(Observation&)>> fates{
      [](Observation& t) {
        t.state = TrialState::kFailed;
        t.score.reset();
      },
      [](Observation& t) {
        t.state = TrialState::kDiverged;
        t.score.reset();
      },
      [](Observation& t) { t.score = std::numeric_limits<double>::quiet_NaN(); },
      [](Observation& t) { t.score = t.number % 2 == 0 ? kInfinity : -kInfinity; },
      [](Observation& t) { t.score = 1.0; },
      [](Observation& t) { t.score = t.number % 2 == 0 ? 1e300 : -1e300; },
      [](Observation& t) {
        t.state = TrialState::kPruned;
        t.epochs = 1;
      },
      [](Observation& t) { t.params.erase("warmup"); },
      [](Observation& t) { t.params["learning_rate"] = 1e9; },
      [](Observation& t) { t.params["activation"] = std::string("unheard of"); },
  };
  if (GetParam().staged()) {
    GTEST_SKIP() << "coarse_to_fine_test.cpp has its histories";
  }
  const Space space = mixed_space();
  for (std::size_t fate = 0; fate < fates.size(); ++fate) {
    const auto sampler = make(space, 7);
    std::vector<Observation> trials;
    std::set<std::string> different;
    for (std::uint64_t n = 0; n < 40; ++n) {
      const KnownAt known(*sampler, trials, n);
      const ParamSet params = sampler->suggest(n, known.get()).params;
      for (const Parameter& parameter : space) {
        ASSERT_TRUE(may_be(parameter.distribution, params.at(parameter.name))) << fate;
      }
      different.insert(params_json(params));
      trials.push_back({n, 0, TrialState::kComplete, params, 0.1 * static_cast<double>(n), 5});
      fates[fate](trials.back());
    }
    EXPECT_GE(different.size(), 35U) << fate;
  }
}

TEST_P(SamplerConformance, GoesOnWithPendingTrialsAlone) {
  if (GetParam().staged()) {
    GTEST_SKIP() << "it waits for its stages";
  }
  const auto sampler = make(mixed_space(), 7);
  std::vector<Observation> pending;
  std::set<std::string> different;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const ParamSet params = sampler->suggest(n, {{}, pending}).params;
    different.insert(params_json(params));
    pending.push_back({n, 0, TrialState::kRunning, params, std::nullopt, 0});
  }
  EXPECT_GE(different.size(), 35U);
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

TEST(RandomSampler, DrawsOtherValuesWhereItIsAskedAgain) {
  const auto sampler = find_sampler("random")->make({mixed_space(), 3});
  std::set<double> rates;
  for (std::uint32_t draw = 0; draw < 100; ++draw) {
    const Known known{{}, {}, draw};
    rates.insert(sampler->suggest(7, known).params.at("learning_rate").number());
    EXPECT_EQ(sampler->suggest(7, known).params, sampler->suggest(7, known).params);
  }
  EXPECT_EQ(rates.size(), 100U);
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

TEST(SobolSampler, GivesEachCategoryAndEachStepItsShare) {
  const auto sampler = find_sampler("sobol")->make({mixed_space(), 5});
  std::map<std::string, int> activations;
  std::map<double, int> dropouts;
  for (std::uint64_t number = 0; number < 3 * 1024; ++number) {
    const ParamSet params = sampler->suggest(number, {}).params;
    ++activations[nn::to_text(params.at("activation"))];
    ++dropouts[params.at("dropout").number()];
  }
  // Of an aligned 2^m of points as many as can be; a third of 2^m is no whole number.
  ASSERT_EQ(activations.size(), 3U);
  for (const auto& [activation, count] : activations) {
    EXPECT_NEAR(count, 1024, 3) << activation;
  }
  ASSERT_EQ(dropouts.size(), 6U);
  for (const auto& [dropout, count] : dropouts) {
    EXPECT_NEAR(count, 512, 3) << dropout;
  }
}

TEST(SobolSampler, IsTheFirstStageOfCoarseToFine) {
  const auto sobol = find_sampler("sobol")->make({mixed_space(), 5});
  const auto staged = find_sampler("coarse_to_fine")->make({mixed_space(), 5, {}, {{1, 50, 50}}});
  for (std::uint64_t number = 0; number < 50; ++number) {
    EXPECT_EQ(sobol->suggest(number, {}).params, staged->suggest(number, {}).params);
  }
}

TEST(SobolSampler, RefusesMoreParametersThanItHasDimensions) {
  Space space;
  for (std::size_t i = 0; i <= ScrambledSobol::kMaxDimensions; ++i) {
    space.push_back({"p" + std::to_string(i), Numeric{}});
  }
  EXPECT_THAT(
      [&] {
        find_sampler("sobol")->make({space, 1});
      },
      testing::ThrowsMessage<std::runtime_error>(
          testing::HasSubstr("at most 3667 dimensions, and 3668 parameters are searched")));
  space.back().distribution = Fixed{0.5};
  EXPECT_EQ(find_sampler("sobol")->make({space, 1})->suggest(0, {}).params.size(), space.size());
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
