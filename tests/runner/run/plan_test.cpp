#include "runner/run/plan.h"

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

using search::TrialState;

storage::TrialRow row(std::uint64_t number,
                      TrialState state,
                      std::optional<double> value = std::nullopt) {
  storage::TrialRow r;
  r.number = number;
  r.state = state;
  r.value = value;
  r.params_json = "{}";
  return r;
}

search::Metric accuracy() {
  return {"val_accuracy", search::Goal::kMaximize};
}
search::Metric loss() {
  return {"val_loss", search::Goal::kMinimize};
}

TEST(Plan, PutsUnfinishedTrialsFirstAndGoesOnWithTheNextNumber) {
  const Plan plan = make_plan({row(0, TrialState::kComplete, 0.5), row(1, TrialState::kInterrupted),
                               row(2, TrialState::kDiverged), row(3, TrialState::kRunning)},
                              {.trials = 10}, accuracy());
  ASSERT_EQ(plan.unfinished.size(), 2U);
  EXPECT_EQ(plan.unfinished[0].number, 1U);
  EXPECT_EQ(plan.unfinished[1].number, 3U);
  EXPECT_EQ(plan.next_number, 4U);
  EXPECT_EQ(plan.finished, 2);
  EXPECT_EQ(plan.to_train(), 8);
  EXPECT_FALSE(plan.nothing_to_train());
}

TEST(Plan, LeavesTrialsBeyondTheLimitAlone) {
  const Plan plan =
      make_plan({row(0, TrialState::kComplete, 0.5), row(1, TrialState::kComplete, 0.9),
                 row(2, TrialState::kInterrupted)},
                {.trials = 1}, accuracy());
  EXPECT_TRUE(plan.nothing_to_train());
  EXPECT_EQ(plan.to_train(), 0);
  EXPECT_EQ(plan.best.number, 0U);
}

TEST(Plan, KnowsTheBestByTheGoal) {
  const std::vector<storage::TrialRow> rows{
      row(0, TrialState::kComplete, 0.5), row(1, TrialState::kComplete, 0.9),
      row(2, TrialState::kComplete, 0.9), row(3, TrialState::kFailed)};
  EXPECT_EQ(make_plan(rows, {.trials = 4}, accuracy()).best.number, 1U);
  EXPECT_EQ(make_plan(rows, {.trials = 4}, loss()).best.number, 0U);
  EXPECT_FALSE(
      make_plan({row(0, TrialState::kDiverged)}, {.trials = 4}, accuracy()).best.score.has_value());
}

TEST(Plan, TakesNoPrunedTrialForTheBestOrForTheTarget) {
  const Plan plan =
      make_plan({row(0, TrialState::kPruned, 0.99), row(1, TrialState::kComplete, 0.5)},
                {.trials = 4, .target = 0.9}, accuracy());
  EXPECT_EQ(plan.best.number, 1U);
  EXPECT_EQ(plan.end_number(), 4U);
}

}  // namespace
}  // namespace hpsearch::runner
