#include "search/samplers/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/samplers/random_sampler.h"
#include "tests/search/samplers/mixed_space.h"

namespace hpsearch::search {
namespace {

// The promises that every method keeps, whatever its algorithm.
struct Method {
  SamplerInfo row;
  bool warm;  // starts from an earlier sweep
};

// Every method, and the learning ones a second time with an earlier sweep.
std::vector<Method> all_methods() {
  std::vector<Method> methods;
  for (const SamplerInfo& row : sampler_table()) {
    methods.push_back({row, false});
    if (row.learns != Learns::kNothing) {
      methods.push_back({row, true});
    }
  }
  return methods;
}

class SamplerConformance : public testing::TestWithParam<Method> {
 protected:
  static const SamplerInfo& row() { return GetParam().row; }

  // Models get fewer positions: each suggestion takes some milliseconds.
  static std::uint64_t trials() { return row().learns == Learns::kTrials ? 60 : 600; }

  static std::unique_ptr<Sampler> make(const Space& space, std::uint64_t seed) {
    SearchProblem problem{space, seed};
    problem.lag = kLag;
    if (GetParam().warm) {
      problem.earlier = earlier(space);
    }
    if (row().staged()) {
      problem.stages = {{1, 300, 300}, {2, 200, 200}, {5, 100, 100}};
    }
    return row().make(problem);
  }

  static std::uint64_t count(const Sampler& sampler) {
    return std::min(trials(), sampler.size().value_or(trials()));
  }

  static constexpr std::uint64_t kLag = 4;

  // What the method may know at a position if all trials have ended.
  class KnownAt {
   public:
    KnownAt(const Sampler& sampler, const std::vector<Observation>& trials, std::uint64_t position)
        : ended_(std::span(trials).first(sampler.needs(position))) {
      if (row().learns != Learns::kTrials) {
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

  // A trial scored by how close its learning rate is to 0.01; every tenth one diverges.
  static Observation trained(std::uint64_t number, int stage, ParamSet params) {
    const bool diverged = number % 10 == 9;
    const auto rate = params.find("learning_rate");
    const double score =
        rate == params.end() ? 0.0 : std::abs(std::log10(rate->second.number()) + 2.0);
    return {number,
            stage,
            diverged ? TrialState::kDiverged : TrialState::kComplete,
            std::move(params),
            diverged ? std::nullopt : std::optional(score),
            5};
  }

  // Trials in order.
  static std::vector<Observation> search(Sampler& sampler) {
    std::vector<Observation> ended;
    for (std::uint64_t n = 0; n < count(sampler); ++n) {
      const KnownAt known(sampler, ended, n);
      Suggestion suggestion = sampler.suggest(n, known.get());
      ended.push_back(trained(n, suggestion.stage, std::move(suggestion.params)));
    }
    return ended;
  }

  // Trials of an earlier sweep, some of which could not be used.
  static std::vector<Observation> earlier(const Space& space) {
    std::vector<Observation> trials;
    for (std::uint64_t n = 3; n < 80; n += 1 + n % 3) {
      trials.push_back(trained(n, 0, draw_params(space, 99, n)));
    }
    return trials;
  }
};

TEST_P(SamplerConformance, IsFoundByItsName) {
  ASSERT_NE(find_sampler(row().name), nullptr);
  EXPECT_EQ(find_sampler(row().name)->make, row().make);
  EXPECT_FALSE(row().meaning.empty());
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

// In greedy mode, any subset of trials may have ended.
TEST_P(SamplerConformance, StaysInsideTheSpaceWhereSomeTrialsRunLonger) {
  if (row().learns != Learns::kTrials) {
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

// Ranges and lists with a single value.
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

// Histories with little to learn from, which must not break anything.
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
  if (row().staged()) {
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
    // With an earlier sweep, a model may repeat what it considers by far the best; choose() then
    // redraws.
    EXPECT_GE(different.size(), GetParam().warm ? 15U : 35U) << fate;
  }
}

TEST_P(SamplerConformance, GoesOnWithPendingTrialsAlone) {
  if (row().staged()) {
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
  if (!(row().staged() && GetParam().warm)) {  // which starts in a box
    EXPECT_EQ(space_json(start.space), space_json(mixed_space()));
  }
  EXPECT_FALSE(start.points.empty());
  EXPECT_TRUE(start.carried.empty());
}

INSTANTIATE_TEST_SUITE_P(Sampler,
                         SamplerConformance,
                         testing::ValuesIn(all_methods()),
                         [](const auto& method) {
                           return std::string(method.param.row.name) +
                                  (method.param.warm ? "_after_an_earlier_sweep" : "");
                         });

TEST(FindSampler, KnowsNoOtherNames) {
  EXPECT_EQ(find_sampler("Random"), nullptr);
  EXPECT_EQ(find_sampler(""), nullptr);
}

}  // namespace
}  // namespace hpsearch::search
