// What pruned trials are taken to come to, by hand and by plain loops.
#include "search/models/curve_prediction.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "search/models/model_trials.h"

namespace hpsearch::search {
namespace {

Observation trial(std::uint64_t number, TrialState state, Curve curve, int stage = 0) {
  Observation one;
  one.number = number;
  one.stage = stage;
  one.state = state;
  one.score = *std::min_element(curve.begin(), curve.end());
  one.epochs = static_cast<int>(curve.size());
  one.curves = {{std::move(curve)}};
  return one;
}

constexpr auto kComplete = TrialState::kComplete;
constexpr auto kPruned = TrialState::kPruned;

TEST(CurvePrediction, AddsWhatTheNearestCompleteTrialsGained) {
  const std::vector<Observation> known{
      trial(0, kComplete, {0.9, 0.7, 0.5}),  // gains 0.2 after two epochs
      trial(1, kComplete, {0.8, 0.6, 0.3}),  // 0.3
      trial(2, kComplete, {0.7, 0.75, 0.2}), // its best is then 0.7; 0.5
      trial(3, kPruned, {0.85, 0.8}),
      trial(4, kComplete, {0.1, 0.05, 0.01}, 1),  // of another stage
  };
  const CurvePrediction prediction(known);
  const auto predicted = prediction.predict(known[3]).value();
  EXPECT_NEAR(predicted.score, 0.8 - 0.3, 1e-12) << "the median of 0.2, 0.3 and 0.5";
  EXPECT_NEAR(predicted.error, 0.1, 1e-12);
  EXPECT_EQ(predicted.trials, 3U);
}

TEST(CurvePrediction, IsNeverBetterThanTheBestThatIsKnown) {
  const std::vector<Observation> known{
      trial(0, kComplete, {0.9, 0.5}), trial(1, kComplete, {0.8, 0.45}),
      trial(2, kComplete, {0.7, 0.3}), trial(3, kPruned, {0.4})};
  EXPECT_EQ(CurvePrediction(known).predict(known[3])->score, 0.3);
}

TEST(CurvePrediction, NeedsCompleteTrialsThatCameSoFar) {
  std::vector<Observation> known{trial(0, kComplete, {0.9, 0.5}), trial(1, kComplete, {0.8}),
                                 trial(2, kComplete, {0.7, 0.3}), trial(3, kPruned, {0.4, 0.4})};
  EXPECT_FALSE(CurvePrediction(known).predict(known[3])) << "trial 1 ended after one epoch";
  known[1].curves = {{{0.8, 0.6}}};
  EXPECT_TRUE(CurvePrediction(known).predict(known[3]));
  known[3].curves.clear();
  EXPECT_FALSE(CurvePrediction(known).predict(known[3])) << "as in a sweep without a pruner";
}

TEST(CurvePrediction, ComparesTheFoldsThatWereTrained) {
  std::vector<Observation> known;
  for (int i = 0; i < 3; ++i) {
    known.push_back(trial(static_cast<std::uint64_t>(i), kComplete, {0.5, 0.4}));
    known.back().curves = {{{0.5, 0.4}}, {{0.9, 0.6}}, {{0.3, 0.1}}};
    known.back().score = (0.4 + 0.6 + 0.1) / 3.0;
  }
  known.push_back(trial(3, kPruned, {0.6}));
  known.back().curves = {{{0.6, 0.5}}, {{0.8}}};
  // Then the others had (0.4 + 0.9) / 2 = 0.65, and came to 1.1 / 3; the own one is 0.65 too.
  EXPECT_NEAR(CurvePrediction(known).predict(known[3])->score, 1.1 / 3.0, 1e-12);
}

// Trials whose curves never cross: the order of the predictions is that of the trials.
TEST(CurvePrediction, OrdersParallelCurves) {
  std::vector<Observation> known;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const double level = static_cast<double>(i * 17 % 40);
    Curve curve;
    const int epochs = i % 3 == 0 ? 10 : 2 + static_cast<int>(i % 4);
    for (int e = 1; e <= epochs; ++e) {
      curve.push_back(level + 5.0 / e);
    }
    known.push_back(trial(i, i % 3 == 0 ? kComplete : kPruned, std::move(curve)));
  }
  const CurvePrediction prediction(known);
  for (std::uint64_t i = 0; i < 40; ++i) {
    if (known[i].state == kPruned) {
      const double level = static_cast<double>(i * 17 % 40);
      EXPECT_NEAR(prediction.predict(known[i])->score, std::max(level + 0.5, 0.5), 1e-9) << i;
    }
  }
}

// Methods see the predicted score, and without one how long a trial survived.
TEST(ModelTrials, TakePrunedTrialsAtTheirPredictedScore) {
  const Space space{{"x", Numeric{0.0, 1.0}}};
  const UnitSpace units(space);
  std::vector<Observation> known{
      trial(0, kComplete, {0.9, 0.7, 0.5}), trial(1, kComplete, {0.8, 0.6, 0.3}),
      trial(2, kComplete, {0.7, 0.6, 0.2}), trial(3, kPruned, {0.85, 0.8}),
      trial(4, kPruned, {0.9})};
  for (Observation& one : known) {
    one.params = {{"x", 0.1 * static_cast<double>(one.number)}};
  }
  known[4].curves.clear();
  ModelTrials models(units);
  const auto trials = models.read({known, {}});
  ASSERT_EQ(trials.size(), 5U);
  EXPECT_EQ(models.predicted(), 1U);
  EXPECT_EQ(trials[3].result, ModelTrial::Result::kComplete);
  EXPECT_NEAR(trials[3].score, 0.5, 1e-12);
  EXPECT_EQ(trials[4].result, ModelTrial::Result::kPruned);
}

}  // namespace
}  // namespace hpsearch::search
