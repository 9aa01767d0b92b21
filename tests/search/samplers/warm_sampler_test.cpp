// What the methods make of an earlier sweep's results, and of `startup`.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/models/cma.h"
#include "search/models/cma_start.h"
#include "search/samplers/model_parts.h"
#include "search/samplers/random_sampler.h"
#include "search/samplers/sampler.h"
#include "tests/search/samplers/mixed_space.h"

namespace hpsearch::search {
namespace {

Space rates() {
  return {{"l2", Numeric{1e-6, 1e-1, true, 0.0, false}},
          {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}},
          {"momentum", Numeric{0.0, 0.99, false, 0.0, false}}};
}

// Minimum 0 at learning_rate 0.1, l2 1e-5, momentum 0.8, away from the middle.
double bowl(const ParamSet& params) {
  return 0.1 * std::pow(std::log10(params.at("learning_rate").number()) + 1.0, 2) +
         0.1 * std::pow(std::log10(params.at("l2").number()) + 5.0, 2) +
         std::pow(params.at("momentum").number() - 0.8, 2);
}

std::vector<Observation> drawn(const Space& space,
                               const std::function<double(const ParamSet&)>& score,
                               std::uint64_t seed,
                               std::uint64_t trials) {
  std::vector<Observation> results;
  for (std::uint64_t n = 0; n < trials; ++n) {
    ParamSet params = draw_params(space, seed, n);
    const double s = score(params);
    results.push_back({n, 0, TrialState::kComplete, std::move(params), s, 5});
  }
  return results;
}

SearchProblem problem_of(const std::string& method, std::uint64_t seed) {
  SearchProblem problem{rates(), seed};
  problem.lag = 1;
  if (find_sampler(method)->staged()) {
    problem.stages = {{1, 10, 10}, {5, 10, 10}};
  }
  return problem;
}

// The best of the first ten trials.
double best_of_ten(const std::string& method,
                   std::uint64_t seed,
                   std::vector<Observation> earlier) {
  SearchProblem problem = problem_of(method, seed);
  problem.earlier = std::move(earlier);
  const auto sampler = find_sampler(method)->make(problem);
  std::vector<Observation> ended;
  double best = 1e300;
  for (std::uint64_t n = 0; n < 10; ++n) {
    const std::span<const Observation> known(ended);
    ParamSet params =
        sampler->suggest(n, {find_sampler(method)->staged() ? known.first(0) : known, {}}).params;
    const double score = bowl(params);
    best = std::min(best, score);
    ended.push_back({n, 0, TrialState::kComplete, std::move(params), score, 5});
  }
  return best;
}

class WarmSampler : public testing::TestWithParam<std::string> {};

// The earlier sweep's best trial is not among the ten: they have to find such values again.
TEST_P(WarmSampler, FindsBetterTrialsAtOnceAfterAnEarlierSweep) {
  std::vector<double> cold;
  std::vector<double> warm;
  int better = 0;
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    cold.push_back(best_of_ten(GetParam(), seed, {}));
    warm.push_back(best_of_ten(GetParam(), seed, drawn(rates(), bowl, 1000 + seed, 40)));
    better += warm.back() < cold.back() ? 1 : 0;
  }
  std::sort(cold.begin(), cold.end());
  std::sort(warm.begin(), warm.end());
  EXPECT_LT(warm[7], 0.5 * cold[7]);
  EXPECT_GE(better, 11) << "of 15";
}

// Values of an earlier sweep's trials may be trained again here.
TEST_P(WarmSampler, DependsOnTheEarlierResults) {
  const auto first = [](std::vector<Observation> earlier) {
    SearchProblem problem = problem_of(GetParam(), 5);
    problem.earlier = std::move(earlier);
    return params_json(find_sampler(GetParam())->make(problem)->suggest(1, {}).params);
  };
  const auto results = drawn(rates(), bowl, 7, 40);
  EXPECT_EQ(first(results), first(results));
  EXPECT_NE(first(results), first({}));
  EXPECT_NE(first(results), first(drawn(
                                rates(), [](const ParamSet& p) { return -bowl(p); }, 7, 40)));
}

INSTANTIATE_TEST_SUITE_P(Methods,
                         WarmSampler,
                         testing::Values("bayes", "tpe", "gp", "cmaes", "coarse_to_fine"));

// --- startup ------------------------------------------------------------------------------------

class Startup : public testing::TestWithParam<std::string> {
 protected:
  // Position `n`, with that many ended trials before it.
  static ParamSet suggested(std::optional<int> startup,
                            std::uint64_t n,
                            std::uint64_t ended,
                            std::uint64_t earlier = 0) {
    SearchProblem problem = problem_of(GetParam(), 3);
    problem.options.startup = startup;
    problem.earlier = drawn(rates(), bowl, 8, earlier);
    const auto results = drawn(rates(), bowl, 9, ended);
    return find_sampler(GetParam())->make(problem)->suggest(n, {results, {}}).params;
  }
  // True for a starting point: what is suggested if no model takes over for long.
  static bool is_start(std::optional<int> startup,
                       std::uint64_t n,
                       std::uint64_t ended,
                       std::uint64_t earlier = 0) {
    return suggested(startup, n, ended, earlier) == suggested(10'000, n, 0);
  }
};

TEST_P(Startup, IsHowManyTrialsEndBeforeAModelBegins) {
  for (const int startup : {1, 2, 5, 20}) {
    const auto n = static_cast<std::uint64_t>(startup);
    EXPECT_TRUE(is_start(startup, n, n - 1)) << startup;
    EXPECT_FALSE(is_start(startup, n, n)) << startup;
  }
}

TEST_P(Startup, IsByDefaultWhatTheMethodSays) {
  EXPECT_TRUE(is_start(std::nullopt, 8, ModelParts::kStart - 1));
  EXPECT_FALSE(is_start(std::nullopt, 8, ModelParts::kStart));
}

TEST_P(Startup, CountsTheEarlierResults) {
  EXPECT_TRUE(is_start(20, 8, 5, 14));
  EXPECT_FALSE(is_start(20, 8, 5, 15));
  EXPECT_FALSE(is_start(std::nullopt, 0, 0, ModelParts::kStart));
}

// The starting points of `bayes` are drawn towards the middle: bayes_sampler_test.cpp.
TEST(StartPoints, OfTpeAndGpAreThoseOfSobol) {
  for (const char* method : {"tpe", "gp"}) {
    const auto sampler = find_sampler(method)->make({mixed_space(), 3});
    const auto sobol = find_sampler("sobol")->make({mixed_space(), 3});
    for (std::uint64_t n = 0; n < 8; ++n) {
      EXPECT_EQ(sampler->suggest(n, {}).params, sobol->suggest(n, {}).params) << method << n;
    }
  }
}

// A model needs at least one result.
TEST_P(Startup, OfNoneBeginsWithTheFirstResult) {
  EXPECT_TRUE(is_start(0, 0, 0));
  EXPECT_TRUE(is_start(0, 3, 0));
  EXPECT_FALSE(is_start(0, 1, 1));
  EXPECT_FALSE(is_start(0, 0, 0, 1));
}

TEST_P(Startup, OfNoneStaysInsideOfTheSpaceWhateverTheFirstResultsAre) {
  for (const TrialState state :
       {TrialState::kComplete, TrialState::kDiverged, TrialState::kFailed, TrialState::kPruned}) {
    SearchProblem problem{mixed_space(), 4};
    problem.options.startup = 0;
    problem.lag = 1;
    const auto sampler = find_sampler(GetParam())->make(problem);
    std::vector<Observation> ended;
    for (std::uint64_t n = 0; n < 6; ++n) {
      const ParamSet params = sampler->suggest(n, {ended, {}}).params;
      for (const Parameter& parameter : mixed_space()) {
        ASSERT_TRUE(may_be(parameter.distribution, params.at(parameter.name)));
      }
      const bool scored = state == TrialState::kComplete || state == TrialState::kPruned;
      ended.push_back({n, 0, state, params, scored ? std::optional(0.5) : std::nullopt, 1});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, Startup, testing::Values("bayes", "tpe", "gp"));

TEST(Startup, IsSaidByTheRowsOfMethodsThatHaveOne) {
  for (const SamplerInfo& row : sampler_table()) {
    EXPECT_EQ(row.has_startup, row.name == "bayes" || row.name == "tpe" || row.name == "gp")
        << row.name;
  }
}

// --- The models' view ---------------------------------------------------------------------------

TEST(ModelTrials, PutsTheEarlierSweepBeforeThisOne) {
  const Space space = rates();
  const UnitSpace units(space);
  std::vector<Observation> earlier = drawn(space, bowl, 1, 3);
  earlier[2].number = 17;  // those in between could not be used
  ModelTrials trials(units, earlier);
  const std::vector<Observation> ended = drawn(space, bowl, 2, 2);
  std::vector<Observation> pending = drawn(space, bowl, 3, 3);
  pending.erase(pending.begin(), pending.begin() + 2);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto all = trials.read({ended, pending});
    ASSERT_EQ(all.size(), 6U);
    for (std::uint64_t i = 0; i < 6; ++i) {
      EXPECT_EQ(all[i].number, i);
      std::vector<double> point(units.size());
      units.encode(i < 3   ? earlier[i].params
                   : i < 5 ? ended[i - 3].params
                           : pending[0].params,
                   point);
      EXPECT_EQ(std::vector<double>(all[i].point, all[i].point + units.size()), point);
    }
    EXPECT_EQ(all[5].result, ModelTrial::Result::kPending);
    EXPECT_EQ(all[0].score, *earlier[0].score);
    const auto own = trials.read_own({ended, pending});
    ASSERT_EQ(own.size(), 3U);
    EXPECT_EQ(own[0].number, 0U);
    EXPECT_EQ(own[2].number, 2U);
  }
}

TEST(ModelTrials, TakesTheEarlierOfTwoEquallyGoodTrialsForTheBetter) {
  const Space space = rates();
  const UnitSpace units(space);
  const auto same = [](const ParamSet&) { return 0.5; };
  const std::vector<Observation> earlier = drawn(space, same, 1, 2);
  const std::vector<Observation> ended = drawn(space, same, 2, 1);
  ModelTrials trials(units, earlier);
  const auto all = trials.read({ended, {}});
  EXPECT_TRUE(better(all[1], all[2]));
  EXPECT_FALSE(better(all[2], all[1]));
}

// --- Where CMA-ES begins ------------------------------------------------------------------------

Space two_and_a_choice() {
  return {{"a", Numeric{0.0, 1.0, false, 0.0, false}},
          {"b", Numeric{0.0, 1.0, false, 0.0, false}},
          {"kind", Categorical{{std::string("x"), std::string("y"), std::string("z")}}}};
}

// 24 trials; the best tenth are three.
std::vector<ModelTrial> trials_with_three_good(std::vector<std::vector<double>>& points) {
  points = {{0.2, 0.8, 1.0}, {0.3, 0.6, 1.0}, {0.4, 0.7, 2.0}};
  points.resize(24, {0.9, 0.1, 0.0});
  std::vector<ModelTrial> trials;
  for (std::size_t i = 0; i < points.size(); ++i) {
    trials.push_back({i, i % 7 == 6 ? ModelTrial::Result::kNone : ModelTrial::Result::kComplete,
                      i < 3 ? 0.1 * static_cast<double>(i) : 5.0, 5, points[i].data()});
  }
  return trials;
}

TEST(CmaStart, IsTheNormalDistributionNearestToAMixtureAroundTheBestTenth) {
  const Space space = two_and_a_choice();
  const UnitSpace units(space);
  std::vector<std::vector<double>> points;
  const auto start = cma_start(units, trials_with_three_good(points), 0.25);
  ASSERT_TRUE(start);
  ASSERT_EQ(start->mean.size(), 2U);
  EXPECT_NEAR(start->mean[0], 0.3, 1e-12);
  EXPECT_NEAR(start->mean[1], 0.7, 1e-12);
  // By hand: alpha^2 + mean((a - 0.3)^2) and so on.
  EXPECT_NEAR(start->covariance[0], 0.01 + 0.02 / 3.0, 1e-12);
  EXPECT_NEAR(start->covariance[3], 0.01 + 0.02 / 3.0, 1e-12);
  EXPECT_NEAR(start->covariance[1], -0.01 / 3.0, 1e-12);
  EXPECT_EQ(start->covariance[1], start->covariance[2]);
  ASSERT_EQ(start->probabilities.size(), 1U);
  EXPECT_NEAR(start->probabilities[0][0], 1.0 / 6.0, 1e-12);
  EXPECT_NEAR(start->probabilities[0][1], 3.0 / 6.0, 1e-12);
  EXPECT_NEAR(start->probabilities[0][2], 2.0 / 6.0, 1e-12);
}

TEST(CmaStart, LeavesAnAxisWithoutValuesInItsMiddleAsWideAsEver) {
  const Space space = two_and_a_choice();
  const UnitSpace units(space);
  std::vector<std::vector<double>> points;
  const auto trials = trials_with_three_good(points);
  for (std::vector<double>& point : points) {
    point[1] = std::nan("");
  }
  const auto start = cma_start(units, trials, 0.25);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->mean[1], 0.5);
  EXPECT_NEAR(start->covariance[3], 0.0625, 1e-12);
  EXPECT_EQ(start->covariance[1], 0.0);
}

TEST(CmaStart, IsNoneWithoutAResult) {
  const Space space = two_and_a_choice();
  const UnitSpace units(space);
  std::vector<std::vector<double>> points;
  auto trials = trials_with_three_good(points);
  for (ModelTrial& trial : trials) {
    trial.result = ModelTrial::Result::kNone;
  }
  EXPECT_FALSE(cma_start(units, trials, 0.25));
  EXPECT_FALSE(cma_start(units, {}, 0.25));
}

TEST(Cma, BeginsWithTheCovarianceThatItIsGiven) {
  const std::vector<double> covariance{0.04, 0.012, 0.012, 0.09};
  const Cma cma({0.3, 0.7}, covariance, 6);
  EXPECT_NEAR(cma.deviation(0), 0.2, 1e-12);
  EXPECT_NEAR(cma.deviation(1), 0.3, 1e-12);
  const std::vector<double>& c = cma.covariance();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(cma.sigma() * cma.sigma() * c[i], covariance[i], 1e-12);
  }
  EXPECT_NEAR(c[0] * c[3] - c[1] * c[2], 1.0, 1e-12) << "sigma alone has the size";
}

TEST(Cmaes, BeginsNearTheBestOfAnEarlierSweep) {
  SearchProblem problem{rates(), 2};
  problem.earlier = drawn(rates(), bowl, 5, 60);
  const auto sampler = find_sampler("cmaes")->make(problem);
  const auto cold = find_sampler("cmaes")->make({rates(), 2});
  double near = 0.0;
  double far = 0.0;
  for (std::uint64_t n = 0; n < 64; ++n) {
    near += bowl(sampler->suggest(n, {}).params) / 64.0;
    far += bowl(cold->suggest(n, {}).params) / 64.0;
  }
  EXPECT_LT(near, 0.5 * far);
}

// --- coarse_to_fine -----------------------------------------------------------------------------

TEST(CoarseToFine, BeginsInTheBoxThatFollowsFromAnEarlierSweep) {
  SearchProblem problem = problem_of("coarse_to_fine", 2);
  problem.earlier = drawn(rates(), bowl, 5, 60);
  const auto sampler = find_sampler("coarse_to_fine")->make(problem);
  const StageStart start = sampler->stage_start(0, {});
  const NextBox box = next_box(rates(), rates(), problem.earlier, problem.options);
  EXPECT_EQ(space_json(start.space), space_json(box.space));
  EXPECT_NE(space_json(start.space), space_json(rates()));
  EXPECT_EQ(start.changes.size(), 3U);
  EXPECT_TRUE(start.carried.empty()) << "none of its trials is trained again";
  for (std::uint64_t n = 0; n < 10; ++n) {
    const Suggestion suggestion = sampler->suggest(n, {});
    EXPECT_FALSE(suggestion.carried);
    EXPECT_EQ(suggestion.epochs, 1);
    for (const Parameter& parameter : start.space) {
      EXPECT_TRUE(may_be(parameter.distribution, suggestion.params.at(parameter.name)));
    }
  }
}

TEST(CoarseToFine, FindsTheBoxOfItsSecondStageByItsOwnTrialsAlone) {
  SearchProblem problem = problem_of("coarse_to_fine", 2);
  problem.earlier = drawn(rates(), bowl, 5, 60);
  const auto sampler = find_sampler("coarse_to_fine")->make(problem);
  const Space box = sampler->stage_start(0, {}).space;
  const std::vector<Observation> ended = drawn(box, bowl, 6, 10);
  const StageStart start = sampler->stage_start(10, {ended, {}});
  EXPECT_EQ(space_json(start.space),
            space_json(next_box(rates(), box, ended, problem.options).space));
  EXPECT_EQ(start.carried.size(), 3U);
}

}  // namespace
}  // namespace hpsearch::search
