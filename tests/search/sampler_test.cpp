#include "search/sampler.h"

#include <algorithm>
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
  static std::unique_ptr<Sampler> make(const Space& space, std::uint64_t seed) {
    return GetParam().make(space, seed);
  }
};

TEST_P(SamplerConformance, IsFoundByItsName) {
  ASSERT_NE(find_sampler(GetParam().name), nullptr);
  EXPECT_EQ(find_sampler(GetParam().name)->make, GetParam().make);
  EXPECT_FALSE(GetParam().meaning.empty());
}

TEST_P(SamplerConformance, StaysInsideTheSpace) {
  const Space space = mixed_space();
  const auto sampler = make(space, 7);
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const ParamSet params = sampler->suggest(number);
    ASSERT_EQ(params.size(), space.size());
    for (const Parameter& parameter : space) {
      ASSERT_TRUE(may_be(parameter.distribution, params.at(parameter.name)))
          << parameter.name << " " << nn::to_text(params.at(parameter.name));
    }
  }
}

TEST_P(SamplerConformance, SuggestsTheSameForANumberInAnyOrder) {
  const auto forwards = make(mixed_space(), 3);
  std::vector<ParamSet> expected;
  for (std::uint64_t number = 0; number < 50; ++number) {
    expected.push_back(forwards->suggest(number));
  }
  const auto backwards = make(mixed_space(), 3);
  for (std::uint64_t number = 50; number-- > 0;) {
    EXPECT_EQ(backwards->suggest(number), expected[number]);
    EXPECT_EQ(backwards->suggest(number), expected[number]) << "asked again";
  }
}

TEST_P(SamplerConformance, SuggestsOtherTrialsForOtherNumbersAndSeeds) {
  std::set<double> rates;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, (1ULL << 53) - 1}) {
    const auto sampler = make(mixed_space(), seed);
    for (std::uint64_t number = 0; number < 250; ++number) {
      rates.insert(sampler->suggest(number).at("learning_rate").number());
    }
  }
  EXPECT_EQ(rates.size(), 1000U);
}

TEST_P(SamplerConformance, AcceptsTheEmptySpace) {
  EXPECT_TRUE(make({}, 1)->suggest(0).empty());
}

INSTANTIATE_TEST_SUITE_P(Sampler,
                         SamplerConformance,
                         testing::ValuesIn(sampler_table().begin(), sampler_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FindSampler, KnowsNoOtherNames) {
  EXPECT_EQ(find_sampler("Random"), nullptr);
  EXPECT_EQ(find_sampler(""), nullptr);
}

TEST(RandomSampler, LeavesTheOtherDrawsAsTheyAreWhenAParameterIsAdded) {
  const SamplerInfo& random = *find_sampler("random");
  Space larger = mixed_space();
  larger.insert(larger.begin(), {"aaa", Numeric{}});
  larger.push_back({"zzz", Numeric{}});
  const auto before = random.make(mixed_space(), 5);
  const auto after = random.make(larger, 5);
  for (std::uint64_t number = 0; number < 100; ++number) {
    ParamSet params = after->suggest(number);
    EXPECT_EQ(params.erase("aaa") + params.erase("zzz"), 2U);
    EXPECT_EQ(params, before->suggest(number));
  }
}

TEST(RandomSampler, DrawsParametersIndependently) {
  const auto sampler = find_sampler("random")->make({{"a", Numeric{}}, {"b", Numeric{}}}, 11);
  constexpr std::size_t kTrials = 40'000;
  std::vector<std::size_t> cells(16);
  for (std::uint64_t number = 0; number < kTrials; ++number) {
    const ParamSet params = sampler->suggest(number);
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
  const auto sampler = find_sampler("random")->make(mixed_space(), 1);
  EXPECT_EQ(
      params_json(sampler->suggest(0)),
      R"({"activation":"relu","batch_size":16,"dropout":0.4,)"
      R"("hidden":[64],"learning_rate":0.023826965667160454,"momentum":0.9,"warmup":-0.5337912693338898})");
  EXPECT_EQ(
      params_json(sampler->suggest(1)),
      R"({"activation":"tanh","batch_size":40,"dropout":0.5,)"
      R"("hidden":[64,32],"learning_rate":0.00012671290311078628,"momentum":0.9,"warmup":-0.47480868182941194})");
}

}  // namespace
}  // namespace hpsearch::search
