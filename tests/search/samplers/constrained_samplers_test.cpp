// How methods learn where trials satisfy constraints on results.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/points/box.h"
#include "search/samplers/sampler.h"
#include "search/sweep/feasibility.h"

namespace hpsearch::search {
namespace {

constexpr std::uint64_t kTrials = 50;
constexpr int kSeeds = 7;

// The best point of all is (0.8, 0.8); the sum may be 0.7 at most, which 24.5 % of the square
// satisfy. The best feasible point is (0.35, 0.35).
double score(double x, double y) {
  return (x - 0.8) * (x - 0.8) + (y - 0.8) * (y - 0.8);
}
constexpr double kBest = 2.0 * 0.45 * 0.45;

struct Found {
  double best = 1e9;      // of the feasible trials
  double feasible = 0.0;  // the share of the second half
};

Found search(const std::string& method, std::uint64_t seed) {
  const Space space{{"x", Numeric{0.0, 1.0}}, {"y", Numeric{0.0, 1.0}}};
  const std::vector<ResultConstraint> constraints{{Expression::parse("size <= 0.7"), {"size"}}};
  const auto sampler = find_sampler(method)->make({space, seed});
  std::vector<Observation> done;
  Found found;
  for (std::uint64_t n = 0; n < kTrials; ++n) {
    const ParamSet params = sampler->suggest(n, {done, {}}).params;
    const double x = params.at("x").number();
    const double y = params.at("y").number();
    Observation trial{n, 0, TrialState::kComplete, params, score(x, y), 1};
    trial.margins = margins_of(constraints, params, {{"size", x + y}});
    if (x + y <= 0.7) {
      found.best = std::min(found.best, score(x, y));
      found.feasible += n >= kTrials / 2 ? 2.0 / kTrials : 0.0;
    }
    done.push_back(std::move(trial));
  }
  return found;
}

class ConstrainedSampler : public testing::TestWithParam<std::string> {
 protected:
  // Of the seeds.
  static Found median(const std::string& method) {
    std::vector<double> bests;
    std::vector<double> shares;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const Found found = search(method, static_cast<std::uint64_t>(seed));
      bests.push_back(found.best);
      shares.push_back(found.feasible);
    }
    std::sort(bests.begin(), bests.end());
    std::sort(shares.begin(), shares.end());
    return {bests[kSeeds / 2], shares[kSeeds / 2]};
  }
};

TEST_P(ConstrainedSampler, FindsABetterFeasibleTrialThanRandomSearch) {
  const Found random = median("random");
  EXPECT_NEAR(random.feasible, 0.245, 0.15);
  const Found found = median(GetParam());
  EXPECT_LT(found.best - kBest, 0.5 * (random.best - kBest));
  EXPECT_GT(found.feasible, 0.4);
}

INSTANTIATE_TEST_SUITE_P(Methods,
                         ConstrainedSampler,
                         testing::Values("gp", "tpe", "cmaes", "bayes"),
                         [](const auto& suite) { return suite.param; });

// Nothing is feasible at first: the process improves the violation before it looks for good points.
TEST(ConstrainedGp, FindsASmallFeasibleRegion) {
  const Space space{{"x", Numeric{0.0, 1.0}}, {"y", Numeric{0.0, 1.0}}};
  const std::vector<ResultConstraint> constraints{{Expression::parse("far < 0.01"), {"far"}}};
  const auto sampler = find_sampler("gp")->make({space, 3});
  std::vector<Observation> done;
  int feasible = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const ParamSet params = sampler->suggest(n, {done, {}}).params;
    const double x = params.at("x").number();
    const double y = params.at("y").number();
    const double far = (x - 0.1) * (x - 0.1) + (y - 0.9) * (y - 0.9);  // 1.6 % of the square
    Observation trial{n, 0, TrialState::kComplete, params, score(x, y), 1};
    trial.margins = margins_of(constraints, params, {{"far", far}});
    feasible += far < 0.01 ? 1 : 0;
    done.push_back(std::move(trial));
  }
  EXPECT_GE(feasible, 5);  // of uniform draws 0.6
}

// Pruned trials have no verdict. They must not pass for feasible, nor lead the search to where they
// are: complete trials that nearly satisfy the constraint are the better guides.
TEST_P(ConstrainedSampler, IsNotLedByTrialsWithoutAVerdict) {
  const Space space{{"x", Numeric{0.0, 1.0}}};
  std::vector<Observation> done;
  for (std::uint64_t n = 0; n < 30; ++n) {
    const bool pruned = n % 2 == 0;
    const double x = (pruned ? 0.1 : 0.7) + 0.2 * static_cast<double>(n) / 30.0;
    Observation trial{n,          0,       pruned ? TrialState::kPruned : TrialState::kComplete,
                      {{"x", x}}, 1.0 - x, pruned ? 1 : 9};
    trial.margins = {pruned ? std::nan("") : 0.05 * (1.0 - x)};
    done.push_back(std::move(trial));
  }
  const auto sampler = find_sampler(GetParam())->make({space, 1});
  int near = 0;
  for (std::uint64_t n = 30; n < 40; ++n) {
    const ParamSet params = sampler->suggest(n, {done, {}}).params;
    const double x = params.at("x").number();
    near += x > 0.5 ? 1 : 0;
    Observation trial{n, 0, TrialState::kComplete, params, 1.0 - x, 9};
    trial.margins = {0.05 * (1.0 - x)};
    done.push_back(std::move(trial));
  }
  EXPECT_GE(near, 7);
}

// Margins may come with the first own trials only, behind many of an earlier sweep. What is cached
// must not show.
TEST(ConstrainedGp, SuggestsTheSameWithAndWithoutACache) {
  SearchProblem problem{{{"x", Numeric{0.0, 1.0}}, {"y", Numeric{0.0, 1.0}}}, 4};
  for (std::uint64_t n = 0; n < 60; ++n) {
    const double x = static_cast<double>(n % 8) / 8.0;
    const double y = static_cast<double>(n / 8) / 8.0;
    problem.earlier.push_back({n, 0, TrialState::kComplete, {{"x", x}, {"y", y}}, score(x, y), 1});
  }
  const std::vector<ResultConstraint> constraints{{Expression::parse("size <= 0.7"), {"size"}}};
  const auto cached = find_sampler("gp")->make(problem);
  std::vector<Observation> done;
  for (std::uint64_t n = 0; n < 8; ++n) {
    const ParamSet params = cached->suggest(n, {done, {}}).params;
    EXPECT_EQ(params_json(find_sampler("gp")->make(problem)->suggest(n, {done, {}}).params),
              params_json(params));
    const double x = params.at("x").number();
    const double y = params.at("y").number();
    Observation trial{n, 0, TrialState::kComplete, params, score(x, y), 1};
    trial.margins = margins_of(constraints, params, {{"size", x + y}});
    done.push_back(std::move(trial));
  }
}

// The boxes of stages follow this order.
TEST(ConstrainedStages, RankWhatIsFeasibleFirst) {
  std::vector<Observation> trials;
  for (std::uint64_t n = 0; n < 6; ++n) {
    Observation trial{n, 0, TrialState::kComplete, {}, -static_cast<double>(n), 1};
    trial.margins = {n < 3 ? -0.5 : 0.1 * static_cast<double>(n), -0.1};
    trials.push_back(std::move(trial));
  }
  std::vector<std::uint64_t> order;
  for (const Observation* trial : ranked(trials)) {
    order.push_back(trial->number);
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 1, 0, 3, 4, 5}));
}

}  // namespace
}  // namespace hpsearch::search
