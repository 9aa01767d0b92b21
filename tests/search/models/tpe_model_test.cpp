#include "search/models/tpe_model.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fixture.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

TEST(Tpe, CountsAsManyTrialsAsGoodAsTheReference) {
  for (const auto& [trials, good] : test::read_fixture("tpe.json").at("gamma").items()) {
    EXPECT_EQ(tpe_good_count(std::stoul(trials)), good.get<std::size_t>()) << trials;
  }
}

// Evenly spread trials on one axis, scored by `score`.
struct Line {
  template <class Score>
  Line(std::size_t count, Score score) : points(count) {
    for (std::size_t i = 0; i < count; ++i) {
      points[i] = static_cast<double>(i) / static_cast<double>(count - 1);
    }
    for (std::size_t i = 0; i < count; ++i) {
      trials.push_back({i, Result::kComplete, score(points[i]), 1, &points[i]});
    }
  }

  // The mean of many suggestions, and how many of them lie within 0.1 of `centre`.
  struct Found {
    double mean = 0.0;
    int near = 0;
  };
  Found suggest(double centre) {
    TpeModel model(units, {0});
    Found found;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      nn::Stream stream(seed, nn::Purpose::kSample);
      double x = 0.0;
      model.suggest(trials, stream, std::span(&x, 1));
      found.mean += x / 100.0;
      found.near += std::abs(x - centre) < 0.1 ? 1 : 0;
    }
    return found;
  }

  Space space{{"x", Numeric{0.0, 1.0, false, 0.0, false}}};
  UnitSpace units{space};
  std::vector<double> points;
  std::vector<ModelTrial> trials;
};

TEST(Tpe, SearchesWhereTrialsWereGood) {
  Line line(41, [](double x) { return std::abs(x - 0.3); });
  EXPECT_GT(line.suggest(0.3).near, 90);
}

TEST(Tpe, PassesOverWhatIsNotAllowed) {
  Line line(41, [](double x) { return std::abs(x - 0.3); });
  TpeModel model(line.units, {0});
  int between = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    double x = 0.0;
    nn::Stream stream(seed, nn::Purpose::kSample);
    model.suggest(line.trials, stream, std::span(&x, 1),
                  [](std::span<const double> point) { return point[0] > 0.32; });
    EXPECT_GT(x, 0.32);
    between += x < 0.4 ? 1 : 0;
    nn::Stream again(seed, nn::Purpose::kSample);
    model.suggest(line.trials, again, std::span(&x, 1),
                  [](std::span<const double>) { return false; });
    EXPECT_GE(x, 0.0);  // none is allowed, but it must return one
  }
  EXPECT_GT(between, 90);
}

// The first draw picks the best of many candidates, a late one any candidate of the good trials.
TEST(Tpe, ChoosesFromFewerWithEachFurtherDraw) {
  Line line(41, [](double x) { return std::abs(x - 0.3); });
  TpeModel model(line.units, {0});
  double first = 0.0;
  double late = 0.0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (const std::uint32_t draw : {0U, 6U}) {
      nn::Stream stream(seed, nn::Purpose::kSample);
      double x = 0.0;
      model.suggest(line.trials, stream, std::span(&x, 1), {}, draw);
      (draw == 0 ? first : late) += std::abs(x - 0.3) / 100.0;
    }
  }
  EXPECT_LT(3.0 * first, late);
}

TEST(Tpe, LeavesToOthersWhatIsBeingTried) {
  Line line(40, [](double x) { return std::abs(x - 0.3); });
  const int before = line.suggest(0.3).near;
  std::vector<double> pending(12, 0.3);
  for (std::size_t i = 0; i < pending.size(); ++i) {
    line.trials.push_back({40 + i, Result::kPending, 0.0, 0, &pending[i]});
  }
  EXPECT_GT(before, 90);
  EXPECT_LT(line.suggest(0.3).near, before / 2);
}

TEST(Tpe, AvoidsWhereTrialsFailed) {
  Line line(40, [](double) { return 0.0; });
  for (std::size_t i = 0; i < 40; ++i) {
    line.trials[i].result = line.points[i] > 0.5 ? Result::kNone : Result::kComplete;
  }
  EXPECT_LT(line.suggest(0.0).mean, 0.35);
}

TEST(Tpe, TakesNoTrialWithoutAResultForGood) {
  Line line(40, [](double) { return 0.0; });
  for (std::size_t i = 0; i < 40; ++i) {
    line.trials[i].result = Result::kNone;
    line.points[i] = 0.4 + 0.005 * static_cast<double>(i);
  }
  EXPECT_LT(line.suggest(0.5).near, 5);
}

TEST(Tpe, ComparesPrunedTrialsByHowLongTheyHeldOut) {
  std::vector<ModelTrial> ranked{
      {4, Result::kComplete, 1.0, 9, nullptr}, {1, Result::kComplete, 2.0, 9, nullptr},
      {2, Result::kComplete, 2.0, 9, nullptr}, {8, Result::kPruned, 0.7, 5, nullptr},
      {3, Result::kPruned, 0.8, 5, nullptr},   {5, Result::kPruned, 0.1, 2, nullptr},
      {0, Result::kNone, 0.0, 9, nullptr},     {6, Result::kNone, -1.0, 1, nullptr}};
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    for (std::size_t j = 0; j < ranked.size(); ++j) {
      EXPECT_EQ(better(ranked[i], ranked[j]), i < j) << i << " " << j;
    }
  }
}

}  // namespace
}  // namespace hpsearch::search
