// Which method `bayes` chooses, and why.
#include "search/samplers/bayes_sampler.h"

#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/models/gp_search.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

GpData without(const GpData& data, std::size_t i) {
  GpData rest = data;
  for (std::vector<double>& column : rest.columns) {
    column.erase(column.begin() + static_cast<std::ptrdiff_t>(i));
  }
  rest.y.erase(rest.y.begin() + static_cast<std::ptrdiff_t>(i));
  return rest;
}

TEST(LeaveOneOut, IsWhatRegressionsWithoutThePointSay) {
  nn::Stream stream(3, nn::Purpose::kSample);
  GpData data{{false, true, false}, {{}, {}, {}}, {}};
  for (int i = 0; i < 25; ++i) {
    data.columns[0].push_back(stream.uniform());
    data.columns[1].push_back(static_cast<double>(stream.below(3)));
    data.columns[2].push_back(stream.uniform());
    data.y.push_back(std::sin(5.0 * data.columns[0].back()) + data.columns[1].back() +
                     0.1 * stream.normal());
  }
  const GpKernel kernel{{4.0, 1.5, 0.3}, 1.7, 0.02};
  const auto predictions = GpPosterior(data, kernel).leave_one_out();
  ASSERT_EQ(predictions.size(), data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::vector<double> at{data.columns[0][i], data.columns[1][i], data.columns[2][i]};
    const auto other = GpPosterior(without(data, i), kernel).at(at);
    EXPECT_NEAR(predictions[i].mean, other.mean, 1e-9);
    EXPECT_NEAR(predictions[i].variance, other.variance + kernel.noise, 1e-9);
  }
}

// The model's skill after trials at random points of a square.
template <class Score>
double skill_on(const Score& score) {
  const Space space{{"a", Numeric{0.0, 1.0, false, 0.0, false}},
                    {"b", Numeric{0.0, 1.0, false, 0.0, false}}};
  const UnitSpace units(space);
  nn::Stream stream(5, nn::Purpose::kSample);
  std::deque<std::vector<double>> points;
  std::vector<ModelTrial> trials;
  for (std::uint64_t n = 0; n < 40; ++n) {
    points.push_back({stream.uniform(), stream.uniform()});
    trials.push_back(
        {n, Result::kComplete, score(points.back()[0], points.back()[1]), 1, points.back().data()});
  }
  trials.push_back({40, Result::kPending, 0.0, 0, points.front().data()});
  return GpSearch(units).skill(trials);
}

TEST(GpSkill, IsHighWhereScoresAreSmoothAndLowWhereTheyAreNot) {
  EXPECT_GT(
      skill_on([](double a, double b) { return std::pow(a - 0.3, 2) + std::pow(b - 0.6, 2); }),
      0.95);
  nn::Stream noise(7, nn::Purpose::kSample);
  EXPECT_LT(skill_on([&](double, double) { return noise.normal(); }), 0.5);
  // A slope that identifies the worse half, with unpredictable ripples on top.
  EXPECT_LT(skill_on([](double a, double b) {
              return std::max(a - 0.5, 0.0) * 10.0 + std::sin(300.0 * a) * std::sin(370.0 * b);
            }),
            0.5);
  EXPECT_EQ(skill_on([](double, double) { return 1.0; }), 0.0);
}

TEST(Bayes, ChoosesByParametersTrialsAndSkill) {
  const BayesChoice many{"tpe", "there are many parameters"};
  EXPECT_EQ(bayes_choice(41, 10, 1.0, 0), many);
  EXPECT_EQ(bayes_choice(41, 100, 1.0, 3), many);
  const BayesChoice few{"gp", "few trials have ended"};
  EXPECT_EQ(bayes_choice(40, 15, -1.0, 3), few);
  std::string smooth;
  std::string rugged;
  for (std::uint64_t position = 0; position < 8; ++position) {
    smooth += bayes_choice(40, 16, 0.75, position).method.substr(0, 1);
    rugged += bayes_choice(40, 16, 0.2, position).method.substr(0, 1);
  }
  EXPECT_EQ(smooth, "gggcgggc");
  EXPECT_EQ(rugged, "ccctccct");
}

// tanh(atanh(0.75) - 1 / sqrt(pairs - 3)), where half of the trials are pairs.
TEST(Bayes, NeedsMoreTrialsToDistrustTheProcess) {
  for (const auto& [ended, least] : std::map<std::size_t, double>{
           {16, 0.48212}, {40, 0.62332}, {100, 0.67891}, {150, 0.69373}, {1000, 0.69373}}) {
    SCOPED_TRACE(ended);
    EXPECT_EQ(bayes_choice(5, ended, least + 1e-3, 0).method, "gp");
    EXPECT_EQ(bayes_choice(5, ended, least - 1e-3, 0).method, "cmaes");
  }
}

struct Search {
  template <class Score>
  Search(const SearchProblem& problem, std::uint64_t count, const Score& score) {
    const auto sampler = find_sampler("bayes")->make(problem);
    for (std::uint64_t n = 0; n < count; ++n) {
      suggestions.push_back(sampler->suggest(n, {done, {}}));
      const ParamSet& params = suggestions.back().params;
      done.push_back({n, 0, TrialState::kComplete, params, score(params), 1});
    }
  }

  std::map<std::string, int> methods() const {
    std::map<std::string, int> used;
    for (const Suggestion& suggestion : suggestions) {
      EXPECT_EQ(suggestion.why.at(0).name, "method");
      EXPECT_EQ(suggestion.why.at(1).name, "since");
      ++used[nn::to_text(suggestion.why[0].value)];
    }
    return used;
  }

  std::vector<Observation> done;
  std::vector<Suggestion> suggestions;
};

TEST(Bayes, SaysWhichMethodItUses) {
  const Space space{{"x", Numeric{0.0, 1.0, false, 0.0, false}}};
  const Search flat({space, 1}, 40, [](const ParamSet&) { return 1.0; });
  // Eight starting points, eight with few trials, then three to one.
  EXPECT_EQ(flat.methods(),
            (std::map<std::string, int>{{"sobol", 8}, {"gp", 8}, {"cmaes", 18}, {"tpe", 6}}));
  EXPECT_EQ(nn::to_text(flat.suggestions.back().why.at(1).value), "the scores are rugged or noisy");
  EXPECT_EQ(flat.suggestions.back().why.back().name, "skill of the model");
}

TEST(Bayes, BeginsInTheMiddle) {
  const Space space{{"kind", Categorical{{std::string("a"), std::string("b")}}},
                    {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}},
                    {"x", Numeric{-1.0, 1.0, false, 0.0, false}}};
  const Search search({space, 1}, 8, [](const ParamSet&) { return 1.0; });
  EXPECT_NEAR(search.done[0].params.at("learning_rate").number(), 1e-2, 1e-9);
  EXPECT_NEAR(search.done[0].params.at("x").number(), 0.0, 1e-12);
  std::set<std::string> kinds;
  for (const Observation& trial : search.done) {
    EXPECT_LE(std::abs(trial.params.at("x").number()), 0.8);
    kinds.insert(nn::to_text(trial.params.at("kind")));
  }
  EXPECT_EQ(kinds.size(), 2U);
}

TEST(Bayes, KeepsConstraintsFromTheFirstTrialOn) {
  const Space space{{"a", Numeric{0.0, 1.0, false, 0.0, false}},
                    {"b", Numeric{0.0, 1.0, false, 0.0, false}}};
  SearchProblem problem{space, 1};
  problem.constraints.push_back(Expression::parse("a + b > 1.2"));
  const Search search(problem, 12, [](const ParamSet& p) { return p.at("a").number(); });
  for (const Observation& trial : search.done) {
    EXPECT_TRUE(satisfies(problem.constraints, trial.params)) << params_json(trial.params);
  }
}

// In countable spaces, methods that model all axes together move on to the next best point instead
// of suggesting the best one again.
class FiniteSpace : public testing::TestWithParam<std::string> {};

TEST_P(FiniteSpace, IsSearchedWithoutRepeats) {
  Categorical levels;
  levels.ordered = true;
  for (std::int64_t i = 0; i < 6; ++i) {
    levels.values.emplace_back(i);
  }
  const Space space{{"a", levels}, {"b", levels}, {"c", levels}};
  const auto sampler = find_sampler(GetParam())->make({space, 1});
  std::vector<Observation> done;
  std::set<std::string> seen;
  int repeated = 0;
  for (std::uint64_t n = 0; n < 80; ++n) {
    const ParamSet params = sampler->suggest(n, {done, {}}).params;
    double sum = 0.0;
    for (const auto& [name, value] : params) {
      sum += std::abs(value.number() - 2.0);
    }
    repeated += seen.insert(params_json(params)).second ? 0 : 1;
    done.push_back({n, 0, TrialState::kComplete, params, sum, 1});
  }
  // If all of its few dozen candidates have been tried, tpe repeats one, and choose() redraws.
  EXPECT_LE(repeated, GetParam() == "gp" ? 0 : 5);
}

INSTANTIATE_TEST_SUITE_P(Methods, FiniteSpace, testing::Values("gp", "tpe"));

}  // namespace
}  // namespace hpsearch::search
