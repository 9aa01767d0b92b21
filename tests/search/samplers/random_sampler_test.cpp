// Methods that do not learn: random draws and Sobol points.
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/points/sobol.h"
#include "search/samplers/sampler.h"
#include "tests/search/samplers/mixed_space.h"
#include "tests/search/statistics.h"

namespace hpsearch::search {
namespace {

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
  // Counts over an aligned block of 2^m points are as even as possible; a third of 2^m is not an
  // integer.
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
  SearchProblem problem{mixed_space(), 5};
  problem.stages = {{1, 50, 50}};
  const auto staged = find_sampler("coarse_to_fine")->make(problem);
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
          testing::HasSubstr("at most 3667 dimensions, but 3668 parameters are searched")));
  space.back().distribution = Fixed{0.5};
  EXPECT_EQ(find_sampler("sobol")->make({space, 1})->suggest(0, {}).params.size(), space.size());
}

// These two trials are part of what a seed means: sweeps on users' disks continue with them. If
// this test fails, the change that made it fail is wrong.
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
