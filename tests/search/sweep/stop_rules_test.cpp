#include "search/sweep/stop_rules.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

const Metric kAccuracy{"val_accuracy", Goal::kMaximize};
const Metric kLoss{"val_loss", Goal::kMinimize};

TEST(StopRules, EndAtTheLimitOfTrials) {
  const StopRules rules({.trials = 7}, kAccuracy);
  EXPECT_EQ(rules.end_number(), 7U);
  EXPECT_EQ(rules.reason(), "run_cap");
}

TEST(StopRules, EndAtTheFirstTrialByNumberThatReachesTheTarget) {
  StopRules rules({.trials = 10, .target = 0.9}, kAccuracy);
  rules.trial_ended(3, TrialState::kComplete, 1, 0.89);
  EXPECT_EQ(rules.end_number(), 10U);
  rules.trial_ended(5, TrialState::kComplete, 1, 0.95);
  EXPECT_EQ(rules.end_number(), 6U);
  rules.trial_ended(8, TrialState::kComplete, 1, 0.99);
  EXPECT_EQ(rules.end_number(), 6U);
  rules.trial_ended(2, TrialState::kComplete, 1, 0.9);
  EXPECT_EQ(rules.end_number(), 3U);
  EXPECT_EQ(rules.reason(), "target");
}

TEST(StopRules, ReachATargetFromAboveWhereTheMetricIsMinimised) {
  StopRules rules({.trials = 10, .target = 0.1}, kLoss);
  rules.trial_ended(0, TrialState::kComplete, 1, 0.11);
  EXPECT_EQ(rules.end_number(), 10U);
  rules.trial_ended(1, TrialState::kComplete, 1, 0.1);
  EXPECT_EQ(rules.end_number(), 2U);
}

TEST(StopRules, PutTheViolationBeforeTheScoreOfANewBest) {
  StopRules target({.trials = 10, .target = 0.9}, kAccuracy);
  target.trial_ended(0, TrialState::kComplete, 1, 0.99, 0, false, 0.25);
  EXPECT_EQ(target.end_number(), 10U);
  StopRules patient({.trials = 10, .no_improvement = 2}, kAccuracy);
  patient.trial_ended(0, TrialState::kComplete, 1, 0.5);
  patient.trial_ended(1, TrialState::kComplete, 1, 0.6, 0, false, 0.25);
  patient.trial_ended(2, TrialState::kComplete, 1, 0.7, 0, false, 0.25);
  EXPECT_EQ(patient.end_number(), 3U);
  EXPECT_EQ(patient.reason(), "no_improvement");
  StopRules hopeful({.trials = 10, .no_improvement = 2}, kAccuracy);
  for (std::uint64_t n = 0; n < 4; ++n) {  // nothing is feasible, but each violates less
    hopeful.trial_ended(n, TrialState::kComplete, 1, 0.5, 0, false,
                        0.5 - 0.1 * static_cast<double>(n));
  }
  EXPECT_EQ(hopeful.end_number(), 10U);
}

TEST(StopRules, ReachATargetOnlyWithACompleteTrial) {
  StopRules rules({.trials = 10, .target = 0.9}, kAccuracy);
  for (const TrialState state : {TrialState::kPruned, TrialState::kDiverged, TrialState::kFailed}) {
    rules.trial_ended(static_cast<std::uint64_t>(state), state, 1, 0.99);
  }
  EXPECT_EQ(rules.end_number(), 10U);
}

TEST(StopRules, EndWhereTheTrialsTogetherHaveTrainedEnough) {
  StopRules rules({.trials = 10, .epochs = 20}, kAccuracy);
  rules.trial_ended(1, TrialState::kComplete, 8, 0.5);
  rules.trial_ended(2, TrialState::kComplete, 8, 0.5);
  EXPECT_EQ(rules.end_number(), 10U) << "what trial 0 trains is not known yet";
  rules.trial_ended(0, TrialState::kDiverged, 3, std::nullopt);
  EXPECT_EQ(rules.end_number(), 10U) << "19 epochs";
  rules.trial_ended(3, TrialState::kComplete, 1, 0.5);
  EXPECT_EQ(rules.end_number(), 4U);
  EXPECT_EQ(rules.reason(), "epochs");
}

TEST(StopRules, DoNotSayThatALimitActedWhichOnlyMetTheLast) {
  StopRules rules({.trials = 2, .target = 0.5}, kAccuracy);
  rules.trial_ended(0, TrialState::kComplete, 1, 0.1);
  rules.trial_ended(1, TrialState::kComplete, 1, 0.9);
  EXPECT_EQ(rules.reason(), "run_cap");
}

TEST(StopRules, GiveTheSameEndInWhateverOrderTrialsEnd) {
  constexpr std::uint64_t kTrials = 12;
  nn::Stream stream(1, nn::Purpose::kSample);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values;
    std::vector<int> epochs;
    for (std::uint64_t i = 0; i < kTrials; ++i) {
      values.push_back(stream.uniform());
      epochs.push_back(static_cast<int>(stream.below(5)));
    }
    const StopLimits limits{.trials = kTrials, .epochs = 15, .target = 0.8};
    // The definition: go through the trials in order until a rule holds.
    std::uint64_t expected = kTrials;
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < kTrials && expected == kTrials; ++i) {
      sum += epochs[i];
      if (values[i] >= 0.8 || sum >= 15) {
        expected = i + 1;
      }
    }
    std::vector<std::uint32_t> order(kTrials);
    std::iota(order.begin(), order.end(), 0U);
    nn::shuffle(order, stream);
    StopRules rules(limits, kAccuracy);
    for (const std::uint32_t number : order) {
      rules.trial_ended(number, TrialState::kComplete, epochs[number], values[number]);
    }
    EXPECT_EQ(rules.end_number(), expected);
  }
}

TEST(StopRules, EndAtTheFailureThatIsOneTooMany) {
  StopLimits limits;
  limits.trials = 50;
  limits.failures = 2;
  StopRules rules(limits, Metric{});
  rules.trial_ended(0, TrialState::kFailed, 0, std::nullopt);
  rules.trial_ended(3, TrialState::kFailed, 0, std::nullopt);
  EXPECT_EQ(rules.end_number(), 50U) << "trials before it may still fail";
  rules.trial_ended(1, TrialState::kComplete, 1, 0.5);
  rules.trial_ended(2, TrialState::kDiverged, 1, std::nullopt);
  EXPECT_EQ(rules.end_number(), 4U);
  EXPECT_EQ(rules.reason(), "failures");
}

// The trial at which `rules` end, by a loop over the trials in order.
TEST(StopRules, EndWhereTheLastTrialsHaveNotBeenBetter) {
  StopLimits limits{.trials = 20};
  limits.no_improvement = 3;
  limits.last_stage = 1;
  StopRules rules(limits, kAccuracy);
  const auto end = [&](std::uint64_t number, TrialState state, double value, int stage) {
    rules.trial_ended(number, state, 1, value, stage);
    return rules.end_number();
  };
  EXPECT_EQ(end(0, TrialState::kComplete, 0.9, 0), 20U);
  EXPECT_EQ(end(1, TrialState::kComplete, 0.8, 0), 20U);
  EXPECT_EQ(end(2, TrialState::kComplete, 0.7, 0), 20U);
  EXPECT_EQ(end(3, TrialState::kComplete, 0.6, 0), 20U) << "an earlier stage does not count";
  EXPECT_EQ(end(4, TrialState::kComplete, 0.5, 1), 20U);
  EXPECT_EQ(end(5, TrialState::kPruned, 0.9, 1), 20U) << "which is no improvement: one";
  EXPECT_EQ(end(7, TrialState::kComplete, 0.51, 1), 20U) << "waits for trial 6";
  EXPECT_EQ(end(6, TrialState::kDiverged, 0.0, 1), 20U) << "two, then 0.51 is better";
  EXPECT_EQ(end(8, TrialState::kComplete, 0.51, 1), 20U) << "equal is not better: one";
  EXPECT_EQ(end(9, TrialState::kFailed, 0.0, 1), 20U);
  EXPECT_EQ(end(10, TrialState::kComplete, 0.4, 1), 11U);
  EXPECT_EQ(rules.reason(), "no_improvement");
}

}  // namespace
}  // namespace hpsearch::search
