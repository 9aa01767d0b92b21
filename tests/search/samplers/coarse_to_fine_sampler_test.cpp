#include "search/samplers/coarse_to_fine_sampler.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::ElementsAre;

Space bowl_space() {
  return {{"l2", Numeric{1e-8, 1.0, true, 0.0, false}},
          {"rate", Numeric{1e-6, 10.0, true, 0.0, false}}};
}

double bowl(const ParamSet& params) {
  const double a = std::log10(params.at("rate").number()) + 2.3;
  const double b = std::log10(params.at("l2").number()) + 4.0;
  return a * a + 0.1 * b * b;
}

SearchProblem problem(std::vector<Stage> stages, Points points = Points::kSobol) {
  SearchProblem p{bowl_space(), 3};
  p.options.points = points;
  p.stages = std::move(stages);
  return p;
}

std::vector<Observation> search(Sampler& sampler, std::uint64_t trials) {
  std::vector<Observation> ended;
  for (std::uint64_t n = 0; n < trials; ++n) {
    auto s = sampler.suggest(n, {std::span(ended).first(sampler.needs(n))});
    const double score = bowl(s.params);
    ended.push_back({n, s.stage, TrialState::kComplete, std::move(s.params), score});
  }
  return ended;
}

TEST(CoarseToFine, TrainsEachStageForItsEpochsAndWaitsForTheOneBefore) {
  const auto sampler = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 6, 6}, {9, 4, 4}}));
  const auto ended = search(*sampler, 20);
  for (std::uint64_t n = 0; n < 20; ++n) {
    const std::size_t stage = n < 10 ? 0 : n < 16 ? 1 : 2;
    const auto s = sampler->suggest(n, {std::span(ended).first(sampler->needs(n))});
    EXPECT_EQ(s.stage, static_cast<int>(stage));
    EXPECT_EQ(s.epochs, std::vector({1, 4, 9})[stage]);
    EXPECT_EQ(sampler->needs(n), (std::vector<std::uint64_t>{0, 10, 16})[stage]);
  }
}

TEST(CoarseToFine, LooksCloseToTheBestWithEverySecondPoint) {
  const auto sampler = make_coarse_to_fine_sampler(problem({{1, 64, 64}, {4, 35, 35}}));
  const auto ended = search(*sampler, 99);
  const Space box = sampler->stage_start(64, {std::span(ended).first(64)}).space;
  int close = 0;
  for (const Parameter& axis : box) {
    const double best = *unit_coordinate(axis.distribution, ended[64].params.at(axis.name));
    double farthest = 0.0;
    for (std::size_t n = 67; n < 99; ++n) {
      const double x = *unit_coordinate(axis.distribution, ended[n].params.at(axis.name));
      if ((n - 67) % 2 == 1) {
        EXPECT_LE(std::abs(x - best), 0.25);  // shrink^2, all of it on one side at an edge
        ++close;
      } else {
        farthest = std::max(farthest, std::abs(x - best));
      }
    }
    EXPECT_GT(farthest, 0.3);  // the others cover the whole box
  }
  EXPECT_EQ(close, 32);
}

TEST(CoarseToFine, BeginsAStageWithTheBestOfTheOneBefore) {
  const auto sampler = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 6, 6}}));
  const auto ended = search(*sampler, 16);
  const auto best = ranked({std::span(ended).first(10)});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(ended[10 + i].params, best[i]->params);
    const auto s = sampler->suggest(10 + i, {std::span(ended).first(10)});
    EXPECT_EQ(s.carried, best[i]->number);
  }
  EXPECT_FALSE(sampler->suggest(13, {std::span(ended).first(10)}).carried);
  EXPECT_THAT(sampler->stage_start(12, {std::span(ended).first(10)}).carried,
              ElementsAre(best[0]->number, best[1]->number, best[2]->number));
}

TEST(CoarseToFine, SearchesTheBoxOfTheBest) {
  const auto sampler =
      make_coarse_to_fine_sampler(problem({{1, 30, 30}, {4, 18, 18}, {9, 12, 12}}));
  const auto ended = search(*sampler, 60);
  const Space box = sampler->stage_start(30, {std::span(ended).first(30)}).space;
  for (std::uint64_t n = 30; n < 48; ++n) {
    for (const Parameter& parameter : box) {
      const auto& r = std::get<Numeric>(parameter.distribution);
      EXPECT_GE(ended[n].params.at(parameter.name).number(), r.low);
      EXPECT_LE(ended[n].params.at(parameter.name).number(), r.high);
    }
  }
  EXPECT_LT(ranked(ended).front()->score,
            0.5 * *ranked({std::span(ended).first(30)}).front()->score);
}

TEST(CoarseToFine, CarriesNoMoreThanThereAreGoodOnesOrPlaces) {
  const auto small = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 2, 2}}));
  const auto ended = search(*small, 12);
  EXPECT_EQ(small->stage_start(10, {std::span(ended).first(10)}).carried.size(), 2U);
  std::vector<Observation> diverged = ended;
  for (Observation& trial : diverged) {
    trial.state = TrialState::kDiverged;
    trial.score.reset();
  }
  const auto none = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 2, 2}}));
  EXPECT_TRUE(none->stage_start(10, {std::span(diverged).first(10)}).carried.empty());
  EXPECT_EQ(none->stage_start(10, {std::span(diverged).first(10)}).changes[0].action, "kept");
}

// A raised limit adds points to the last stage and keeps those that it had.
TEST(CoarseToFine, KeepsItsPointsWhereAStageIsExtended) {
  for (const Points points : {Points::kSobol, Points::kRandom, Points::kGrid}) {
    const auto before = make_coarse_to_fine_sampler(problem({{1, 30, 30}, {4, 18, 18}}, points));
    const auto after = make_coarse_to_fine_sampler(problem({{1, 30, 30}, {4, 70, 18}}, points));
    const auto short_one = search(*before, 48);
    const auto long_one = search(*after, 100);
    for (std::size_t n = 0; n < short_one.size(); ++n) {
      ASSERT_EQ(short_one[n].params, long_one[n].params) << n;
    }
    std::set<double> rates;
    for (const Observation& trial : long_one) {
      rates.insert(trial.params.at("rate").number());
    }
    EXPECT_GT(rates.size(), points == Points::kGrid ? 10U : 90U);
  }
}

TEST(CoarseToFine, LaysAGridOutForWhatAStageHasLeftAfterItsCarriedTrials) {
  const auto sampler =
      make_coarse_to_fine_sampler(problem({{1, 30, 30}, {4, 18, 18}}, Points::kGrid));
  const auto ended = search(*sampler, 48);
  EXPECT_EQ(sampler->stage_start(0, {}).points, "grid of 6 x 5, then its refinement");
  EXPECT_EQ(sampler->stage_start(30, {std::span(ended).first(30)}).points,
            "grid of 5 x 3, then its refinement");
}

TEST(CoarseToFine, CarriesDifferentTrials) {
  const auto sampler = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 6, 6}, {9, 5, 5}}));
  const auto ended = search(*sampler, 21);
  std::set<std::string> carried;
  for (std::uint64_t n = 16; n < 19; ++n) {
    carried.insert(params_json(ended[n].params));
  }
  EXPECT_EQ(carried.size(), 3U);
}

// A failed trial that is retried later may beat the trials that a stage was based on. The stage
// keeps what its record says.
TEST(CoarseToFine, KeepsAStageThatHasBegunAsItWasRecorded) {
  const auto first = make_coarse_to_fine_sampler(problem({{1, 10, 10}, {4, 6, 6}}));
  auto ended = search(*first, 16);
  const StageStart start = first->stage_start(10, {std::span(ended).first(10)});
  SearchProblem again = problem({{1, 10, 10}, {4, 6, 6}});
  again.begun = {{0, bowl_space(), {}},
                 {1, parse_space_json(bowl_space(), space_json(start.space)), start.carried}};
  ended[0].score = -100.0;
  const auto second = make_coarse_to_fine_sampler(again);
  for (std::uint64_t n = 10; n < 16; ++n) {
    EXPECT_EQ(second->suggest(n, {std::span(ended).first(10)}).params, ended[n].params) << n;
  }
}

}  // namespace
}  // namespace hpsearch::search
