#include "search/models/cma_search.h"

#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

// Runs a search over a space for a score over coordinates.
struct CmaRun {
  explicit CmaRun(Space parameters, std::uint64_t lag = 1)
      : space(std::move(parameters)), units(space), search(units, 3, lag), lag_(lag) {}

  template <class Score>
  double run(std::size_t count, Score score) {
    double best = 1e300;
    for (std::uint64_t n = 0; n < count; ++n) {
      std::vector<ModelTrial> known = trials;
      for (ModelTrial& trial : known) {
        trial.result = trial.number + lag_ > n ? Result::kPending : trial.result;
      }
      std::vector<double>& point = points.emplace_back(units.size());
      nn::Stream stream(n, nn::Purpose::kSuggest);
      search.suggest(known, n, stream, point);
      const double value = score(point);
      best = std::min(best, value);
      trials.push_back({n, Result::kComplete, value, 1, point.data()});
    }
    return best;
  }

  Space space;
  UnitSpace units;
  CmaSearch search;
  std::deque<std::vector<double>> points;
  std::vector<ModelTrial> trials;

 private:
  std::uint64_t lag_;
};

Space cube(std::size_t dimensions) {
  Space space;
  for (std::size_t i = 0; i < dimensions; ++i) {
    space.push_back({"x" + std::to_string(i), Numeric{0.0, 1.0, false, 0.0, false}});
  }
  return space;
}

double bowl(const std::vector<double>& x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += std::pow(x[i] - 0.8, 2);
  }
  return sum;
}

TEST(CmaSearch, FindsTheBottomOfABowlAlsoWithALag) {
  EXPECT_LT(CmaRun(cube(3)).run(200, bowl), 1e-4);
  EXPECT_LT(CmaRun(cube(3), 4).run(250, bowl), 1e-5);
  EXPECT_LT(CmaRun(cube(1)).run(100, bowl), 1e-6);
}

TEST(CmaSearch, FindsABestOnTheEdge) {
  EXPECT_LT(CmaRun(cube(3)).run(200, [](const auto& x) { return x[0] + x[1] + x[2]; }), 0.05);
}

TEST(CmaSearch, LeavesALevelWhenTheDistributionHasBecomeNarrow) {
  Space space = cube(2);
  space.push_back({"y", Numeric{0.0, 3.0, false, 1.0, true}});
  CmaRun run(space);
  // The level matters only once the numbers have been found.
  const double best = run.run(400, [&](const auto& x) {
    const double numbers = std::pow(x[0] - 0.8, 2) + std::pow(x[1] - 0.8, 2);
    return numbers + 1e-5 * (3.0 - static_cast<double>(run.units.axis(2).level(x[2])));
  });
  EXPECT_LT(best, 1e-5);
}

TEST(CmaSearch, DrawsTheBetterCategoryMoreOften) {
  Space space = cube(2);
  space.push_back({"c", Categorical{{1.0, 2.0, 3.0, 4.0}}});
  CmaRun run(space);
  run.run(200, [](const auto& x) {
    return std::pow(x[0] - 0.8, 2) + std::pow(x[1] - 0.8, 2) + (x[2] == 2.0 ? 0.0 : 0.1);
  });
  int right = 0;
  for (std::size_t n = 150; n < 200; ++n) {
    right += run.points[n][2] == 2.0 ? 1 : 0;
  }
  EXPECT_GT(right, 40);
  EXPECT_LT(right, 50);  // but still tries the others now and then
}

TEST(CmaSearch, SearchesACubeOfCategories) {
  Space space;
  for (const std::string name : {"a", "b", "c"}) {
    space.push_back({name, Categorical{{1.0, 2.0, 3.0, 4.0}}});
  }
  EXPECT_EQ(CmaRun(space).run(100, [](const auto& x) { return x[0] + x[1] + x[2]; }), 0.0);
}

TEST(CmaSearch, StartsAgainElsewhereWithTwiceThePopulation) {
  CmaRun run(cube(2));
  run.run(600, bowl);
  EXPECT_GE(run.search.restarts(), 1);
  CmaRun flat(cube(2));
  flat.run(600, [](const auto&) { return 1.0; });
  EXPECT_GE(flat.search.restarts(), 1);
}

TEST(CmaSearch, IsAFunctionOfTheTrials) {
  CmaRun run(cube(3), 4);
  run.run(150, bowl);
  CmaSearch fresh(run.units, 3, 4);
  const auto known = std::span(run.trials).first(97);
  for (CmaSearch* search : {&run.search, &fresh}) {
    std::vector<double> point(3);
    nn::Stream stream(100, nn::Purpose::kSuggest);
    std::vector<ModelTrial> trials(known.begin(), known.end());
    for (std::size_t n = 97; n < 100; ++n) {
      trials.push_back({n, Result::kPending, 0.0, 0, run.points[n].data()});
    }
    search->suggest(trials, 100, stream, point);
    EXPECT_EQ(point, run.points[100]);
  }
}

}  // namespace
}  // namespace hpsearch::search
