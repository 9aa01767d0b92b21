// `search` and the methods of a sweep file.

#include "runner/sweep_file/search_reader.h"

#include <gtest/gtest.h>

#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

TEST(SearchReader, ReadsTheOptionsOfASearchInStages) {
  const auto spec = read(
      "dataset: {source: digits}\nmethod: coarse_to_fine\nrun_cap: 20\n"
      "metric: {name: val_accuracy, target: 0.9}\n"
      "search: {points: grid, elite: 0.3, carry: 2, shrink: 0.4, expand: auto,\n"
      "  stages: [{share: 0.75, epochs: 2}, {share: 0.25, epochs: 9}]}\n"
      "stop: {epochs: 100, time: 1h30m}\n"
      "parameters: {dropout: {min: 0.1, max: 0.5, grid: 3, limits: [0, 0.9]}}\n");
  EXPECT_EQ(spec.search.points, search::Points::kGrid);
  EXPECT_EQ(spec.search.expand, search::Expand::kAuto);
  EXPECT_EQ(spec.search.elite, 0.3);
  EXPECT_EQ(spec.search.carry, 2);
  EXPECT_EQ(spec.search.shrink, 0.4);
  ASSERT_EQ(spec.search.stages.size(), 2U);
  EXPECT_EQ(spec.search.stages[1].epochs, 9);
  EXPECT_EQ(spec.limits.target, 0.9);
  EXPECT_EQ(spec.limits.epochs, 100);
  EXPECT_EQ(spec.limits.seconds, 5400.0);
  EXPECT_EQ(spec.space[0].grid, 3);
  EXPECT_EQ(spec.space[0].limit_high, 0.9);
}

constexpr char kSearched[] = "parameters: {dropout: {min: 0, max: 0.5}}\n";

TEST(SearchReader, ReadsWhatGoesWithMethodsThatLearnFromTrials) {
  const auto spec = read(std::string(kData) + kSearched +
                         "method: tpe\nsearch: {startup: 0, warm_start: ':old sweep'}\n");
  EXPECT_EQ(spec.search.startup, 0);
  EXPECT_EQ(spec.search.warm_start, ":old sweep");
  const auto plain = read(std::string(kData) + kSearched + "method: cmaes\n");
  EXPECT_EQ(plain.search.startup, std::nullopt);
  EXPECT_EQ(plain.search.warm_start, "");
  EXPECT_EQ(read(std::string(kData) + kSearched + "method: cmaes\nsearch:\n  warm_start: :old\n")
                .search.warm_start,
            ":old")
      << "without quotes too";
}

TEST(SearchReader, ExplainsWithWhichMethodsLearningGoes) {
  const std::string head = std::string(kData) + kSearched;
  const std::vector<Mistake> mistakes{
      {head + "search: {warm_start: old.db}\n",
       "s.yaml:3:10: error: method: random does not learn from trials; 'warm_start' needs "
       "coarse_to_fine, bayes, tpe, gp, cmaes\n"},
      {head + "method: sobol\nsearch: {warm_start: old.db}\n",
       "s.yaml:4:10: error: method: sobol does not learn from trials; 'warm_start' needs "
       "coarse_to_fine, bayes, tpe, gp, cmaes\n"},
      {head + "method: tpe\nsearch: {warm_start: {file: old.db}}\n",
       "s.yaml:4:22: error: 'warm_start' must be text; found a map\n"},
      {head + "method: tpe\nsearch: {warm_start: ''}\n",
       "s.yaml:4:10: error: 'warm_start' is empty; write FILE for a database, or FILE:SWEEP for "
       "one of its sweeps\n"},
      {head + "method: cmaes\nsearch: {startup: 3}\n",
       "s.yaml:4:10: error: 'startup' is the number of trials before the model takes over; it "
       "needs method: bayes, tpe, gp; found method: cmaes\n"},
      {head + "method: gp\nsearch: {startup: 10001}\n",
       "s.yaml:4:19: error: 'startup' must be a whole number from 0 to 10000; found 10001\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages(mistake.yaml), mistake.messages) << mistake.yaml;
  }
}

TEST(SearchReader, KnowsHowManyTrialsAGridHas) {
  const std::string grid = std::string(kData) + "method: grid\nparameters:\n";
  EXPECT_EQ(read(grid + "  l2: {values: [0, 1e-3]}\n  dropout: {min: 0, max: 0.5, grid: 4}\n")
                .limits.trials,
            8);
  EXPECT_EQ(read(grid + "  l2: {values: [0, 1e-3]}\n  dropout: {min: 0, max: 0.5}\n").limits.trials,
            50);
}

TEST(SearchReader, ExplainsEachMistakeOfASearchInStages) {
  const std::string head =
      std::string(kData) + "parameters: {dropout: {min: 0, max: 0.5}}\nmethod: coarse_to_fine\n";
  const std::vector<Mistake> mistakes{
      {std::string(kData) + "search: {points: grid}\n",
       "s.yaml:2:10: error: 'points' needs method: coarse_to_fine; found method: random\n"},
      {std::string(kData) + "search: {duplicates: never}\n",
       "s.yaml:2:22: error: 'duplicates' must be one of avoid, allow; found 'never'\n"},
      {head + "search: {stages: [{share: 0.5, epochs: 3}, {share: 0.3, epochs: 8}]}\n",
       "s.yaml:4:10: error: the shares of the stages add up to 0.8; they must add up to 1\n"},
      {head + "search: {stages: [{epochs: 3}]}\n",
       "s.yaml:4:19: error: key 'share' is missing in 'stages[0]'\n"},
      {head + "search: {stages: 0}\n",
       "s.yaml:4:18: error: 'stages' must be a whole number from 1 to 20; found 0\n"},
      {head + "search: {points: halton}\n",
       "s.yaml:4:18: error: 'points' must be one of sobol, random, grid; found 'halton'\n"},
      {std::string(kData) + "method: coarse_to_fine\n",
       "s.yaml:2:1: error: method: coarse_to_fine has nothing to search; give 'parameters' a "
       "range, "
       "or leave 'method' out to train once\n"},
      {std::string(kData) + "metric: {name: val_loss, goal: maximize}\n",
       "s.yaml:2:26: error: 'val_loss' is better when lower; leave 'goal' out\n"},
      {std::string(kData) +
           "method: coarse_to_fine\nrun_cap: 9\nparameters: {epochs: {values: [1, 2]}}\n",
       "s.yaml:4:14: error: 'epochs' cannot be a parameter with method: coarse_to_fine, whose "
       "stages set it; for the last stage, set it in 'training'\n"},
      {std::string(kData) + "stop: {time: 30}\n",
       "s.yaml:2:8: error: 'time' must be a duration such as 90s, 10m, 2h or 1h30m; found 30\n"},
      {std::string(kData) + "metric: {name: val_loss, target: 0.1}\nstop: {target: 0.2}\n",
       "s.yaml:3:8: error: 'target' is another name for 'metric.target', which is 0.1; leave one "
       "of them out\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages(mistake.yaml), mistake.messages) << mistake.yaml;
  }
}

}  // namespace
}  // namespace hpsearch::runner
