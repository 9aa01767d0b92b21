// How well model-based methods search in cases that a table of figures cannot show.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/samplers/sampler.h"

namespace hpsearch::search {
namespace {

using Score = std::function<double(const ParamSet&)>;

// The best score of `trials` trials; `lag` is how far results are behind.
double best_of(const std::string& method,
               const Space& space,
               const Score& score,
               std::uint64_t seed,
               std::uint64_t trials,
               std::uint64_t lag = 1) {
  SearchProblem problem{space, seed};
  problem.lag = lag;
  const auto sampler = find_sampler(method)->make(problem);
  std::vector<Observation> done;
  double best = 1e300;
  for (std::uint64_t n = 0; n < trials; ++n) {
    const std::size_t ended = n + 1 >= lag ? n + 1 - lag : 0;
    std::vector<Observation> pending(done.begin() + static_cast<std::ptrdiff_t>(ended), done.end());
    for (Observation& trial : pending) {
      trial.state = TrialState::kRunning;
      trial.score.reset();
    }
    const auto known = std::span(done).first(ended);
    const ParamSet params = sampler->suggest(n, {known, pending}).params;
    const double value = score(params);
    best = std::min(best, std::isfinite(value) ? value : best);
    done.push_back({n, 0, std::isfinite(value) ? TrialState::kComplete : TrialState::kDiverged,
                    params, std::isfinite(value) ? std::optional(value) : std::nullopt, 1});
  }
  return best;
}

double median_best(const std::string& method,
                   const Space& space,
                   const Score& score,
                   std::uint64_t trials,
                   std::uint64_t lag = 1) {
  std::vector<double> bests;
  for (std::uint64_t seed = 0; seed < 11; ++seed) {
    bests.push_back(best_of(method, space, score, seed, trials, lag));
  }
  std::sort(bests.begin(), bests.end());
  return bests[5];
}

class ModelSampler : public testing::TestWithParam<std::string> {};

// Two optimizers, each with parameters of its own.
TEST_P(ModelSampler, LearnsWhatNotEveryTrialHas) {
  const Space space{
      {"beta1", Numeric{0.0, 1.0, false, 0.0, false}, 0, 0.0, 1.0,
       Expression::parse("optimizer == 'adam'")},
      {"learning_rate", Numeric{1e-5, 1.0, true, 0.0, false}},
      {"momentum", Numeric{0.0, 1.0, false, 0.0, false}, 0, 0.0, 1.0,
       Expression::parse("optimizer == 'sgd'")},
      {"nesterov", Numeric{0.0, 1.0, false, 0.0, false}, 0, 0.0, 1.0,
       Expression::parse("optimizer == 'sgd'")},
      {"optimizer", Categorical{{std::string("adam"), std::string("sgd")}}},
  };
  const Score score = [](const ParamSet& params) {
    const double rate = std::log10(params.at("learning_rate").number());
    if (params.contains("beta1")) {
      return 0.3 + 0.1 * std::pow(rate + 3.0, 2) + std::pow(params.at("beta1").number() - 0.9, 2);
    }
    return 0.1 * std::pow(rate + 1.0, 2) + std::pow(params.at("momentum").number() - 0.8, 2) +
           std::pow(params.at("nesterov").number() - 0.3, 2);
  };
  EXPECT_LT(median_best(GetParam(), space, score, 80),
            0.5 * median_best("random", space, score, 80));
}

TEST_P(ModelSampler, LearnsWithALagAndFromDivergedTrials) {
  const Space space{{"l2", Numeric{1e-8, 1.0, true, 0.0, false}},
                    {"learning_rate", Numeric{1e-6, 10.0, true, 0.0, false}},
                    {"width", Numeric{8.0, 512.0, true, 8.0, true}}};
  const Score score = [](const ParamSet& params) {
    const double rate = std::log10(params.at("learning_rate").number());
    const double l2 = std::log10(params.at("l2").number());
    const double width = std::log2(params.at("width").number());
    return rate > -0.5 ? std::numeric_limits<double>::quiet_NaN()
                       : 0.02 * std::pow(rate + 1.0, 2) + 0.01 * std::pow(l2 + 5.0, 2) +
                             0.01 * std::pow(width - 7.0, 2);
  };
  EXPECT_LT(median_best(GetParam(), space, score, 60, 4),
            0.5 * median_best("random", space, score, 60));
}

INSTANTIATE_TEST_SUITE_P(Methods, ModelSampler, testing::Values("bayes", "tpe", "gp", "cmaes"));

}  // namespace
}  // namespace hpsearch::search
