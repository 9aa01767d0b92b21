// What is left of a sweep whose trials lie in several databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/console/usage_error.h"
#include "runner/run/plan.h"
#include "runner/run/shard.h"

namespace hpsearch::runner {
namespace {

using search::TrialState;
using storage::Shard;
using testing::HasSubstr;

storage::TrialRow row(std::uint64_t number,
                      TrialState state,
                      storage::Origin origin = storage::Origin::kSampler) {
  storage::TrialRow r;
  r.number = number;
  r.state = state;
  r.value = 0.5;
  r.params_json = "{}";
  r.origin = origin;
  return r;
}

Plan plan_of(const std::vector<storage::TrialRow>& rows,
             std::int64_t trials,
             const std::optional<Shard>& shard = {}) {
  return make_plan(rows, {.trials = trials}, {"val_accuracy", search::Goal::kMaximize},
                   std::nullopt, false, false, shard);
}

TEST(ShardPlan, CountsOnlyItsOwnTrials) {
  const Plan plan =
      plan_of({row(1, TrialState::kComplete), row(5, TrialState::kInterrupted)}, 16, Shard{1, 4});
  EXPECT_EQ(plan.next_number, 0U);
  EXPECT_EQ(plan.share(), 4);
  EXPECT_EQ(plan.to_train(), 3);  // 5 again, then 9 and 13
  EXPECT_TRUE(plan.begins_here(9));
  EXPECT_FALSE(plan.begins_here(10));
  EXPECT_FALSE(plan.begins_here(5));  // it has begun
  EXPECT_EQ(plan.epochs_to_train({{0, 3, 16, "{}"}}, 0), 2 * 3.0);
}

TEST(ShardPlan, HasNothingLeftWhereOnlyOthersHave) {
  const Plan plan =
      plan_of({row(0, TrialState::kComplete), row(2, TrialState::kComplete)}, 4, Shard{0, 2});
  EXPECT_EQ(plan.to_train(), 0);
  EXPECT_TRUE(plan.nothing_to_train());
  EXPECT_FALSE(plan.something_left(0));
}

TEST(ShardPlan, LeavesEnqueuedTrialsOfOthersAlone) {
  const Plan plan = plan_of({row(0, TrialState::kQueued, storage::Origin::kEnqueued),
                             row(1, TrialState::kQueued, storage::Origin::kEnqueued)},
                            4, Shard{1, 2});
  ASSERT_EQ(plan.unfinished.size(), 1U);
  EXPECT_EQ(plan.unfinished[0].number, 1U);
  EXPECT_EQ(plan.history.position(3), 1U);  // the sampler's second suggestion, as in one database
}

TEST(ShardPlan, FillsTheGapsOfWhatIsMerged) {
  const Plan plan = plan_of({row(0, TrialState::kComplete), row(1, TrialState::kComplete),
                             row(3, TrialState::kComplete), row(6, TrialState::kComplete)},
                            8);
  EXPECT_EQ(plan.next_number, 2U);
  EXPECT_EQ(plan.to_train(), 4);  // 2, 4, 5, 7
  EXPECT_EQ(plan.to_begin(3, 7), 2U);
  EXPECT_EQ(plan.share(), 8);
}

TEST(ShardPlan, TrainsTheGapsBeforeATrialThatEndsTheSweep) {
  search::StopLimits limits{.trials = 8};
  limits.target = 0.4;
  const Plan plan =
      make_plan({row(1, TrialState::kComplete)}, limits, {"val_accuracy", search::Goal::kMaximize});
  EXPECT_EQ(plan.end_number(), 2U);
  EXPECT_EQ(plan.to_train(), 1);  // trial 0, which may reach the target, too
}

std::string refusal(const search::SweepSpec& spec) {
  try {
    require_shardable(spec, Shard{0, 2});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Shardable, AreSweepsThatLookAtNoResults) {
  for (const char* method : {"random", "grid", "sobol"}) {
    search::SweepSpec spec;
    spec.method = method;
    EXPECT_EQ(refusal(spec), "") << method;
  }
}

TEST(Shardable, IsNothingThatLearnsOrJudgesOrEndsByResults) {
  for (const char* method : {"tpe", "gp", "bayes", "cmaes", "coarse_to_fine"}) {
    search::SweepSpec spec;
    spec.method = method;
    EXPECT_THAT(refusal(spec), testing::AllOf(HasSubstr(method), HasSubstr("use --join")));
  }
  search::SweepSpec spec;
  spec.limits.target = 0.9;
  EXPECT_THAT(refusal(spec), HasSubstr("'metric.target' ends the sweep"));
  spec.limits.target = {};
  spec.limits.no_improvement = 5;
  EXPECT_THAT(refusal(spec), HasSubstr("'stop.no_improvement'"));
  require_shardable(spec, std::nullopt);
}

TEST(ShardOption, IsAPartOfAll) {
  EXPECT_EQ(parse_shard("3/32"), (Shard{3, 32}));
  EXPECT_EQ(parse_shard("0/1"), (Shard{0, 1}));
  for (const char* text : {"", "3", "4/4", "-1/4", "1/0", "1/4/2", "a/b", "1/", "/4", " 1/4"}) {
    EXPECT_THROW(parse_shard(text), UsageError) << text;
  }
}

TEST(ShardText, NamesItsTrials) {
  EXPECT_EQ(shard_text({1, 4}, 16), "shard 1/4: 4 of 16 trials: 1, 5, 9, 13");
  EXPECT_EQ(shard_text({3, 4}, 2), "shard 3/4: 0 of 2 trials");
  EXPECT_EQ(shard_text({0, 1}, 20), "shard 0/1: 20 of 20 trials: 0, 1, 2, 3, 4, 5, 6, 7, ...");
}

}  // namespace
}  // namespace hpsearch::runner
