// The search loop, on scripts in place of networks.

#include "runner/run/driver.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/run/trial_job.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using End = DriveResult::End;

constexpr char kStates[] =
    "SELECT group_concat(number || ':' || state, ' ') FROM (SELECT * FROM trials ORDER BY number)";

// Scripts by the number of the trial.
test::ScriptedTrials::Scripts by_number(std::vector<Script> scripts) {
  return [scripts = std::move(scripts)](const TrialTask& task) { return scripts.at(task.number); };
}

// The trial whose weights were kept, and the epoch that is in them.
std::string kept(const DriveResult& result) {
  if (!result.kept) {
    return "none";
  }
  const WeightsOrigin& origin = result.kept->origin;
  EXPECT_EQ(result.kept->tensors.at(0).values.at(0), static_cast<float>(origin.epoch));
  return fmt::format("trial {} attempt {} epoch {}", origin.trial, origin.attempt, origin.epoch);
}

TEST(Driver, TrainsAllTrialsInOrderAndKeepsTheBestOnesWeights) {
  PlayedSweep sweep(played_yaml(4),
                    by_number({flat(0.5), {.curve = {0.1, 0.9, 0.2}}, flat(0.7), flat(0.9)}));
  const DriveResult result = sweep.drive();
  EXPECT_EQ(result.end, End::kComplete);
  EXPECT_EQ(result.reason, "run_cap");
  EXPECT_EQ(result.end_number, 4U);
  EXPECT_THAT(sweep.trials.begun(), ElementsAre(0U, 1U, 2U, 3U));
  EXPECT_EQ(sweep.query(kStates), "0:complete 1:complete 2:complete 3:complete");
  EXPECT_EQ(sweep.query("SELECT count(*) FROM epochs"), "12");
  EXPECT_EQ(sweep.query("SELECT value || ' ' || best_epoch FROM trials WHERE number = 1"), "0.9 2");
  EXPECT_EQ(kept(result), "trial 1 attempt 1 epoch 2");
}

// By the loss, trials rank by the metric at their epochs of the least loss, and the target is held
// to it.
TEST(Driver, RanksAndStopsByTheMetricAtTheEpochOfTheLeastLoss) {
  PlayedSweep sweep(played_yaml(4,
                                "parameters: {l2: {min: 0.0, max: 1.0}, best_by: loss}\n"
                                "stop: {target: 0.8}\n"),
                    by_number({{.curve = {0.99, 0.5, 0.4}, .losses = {0.9, 0.2, 0.3}},
                               {.curve = {0.3, 0.6, 0.95}, .losses = {0.5, 0.1, 0.3}},
                               {.curve = {0.85, 0.7, 0.1}, .losses = {0.1, 0.2, 0.3}},
                               flat(0.9)}));
  const DriveResult result = sweep.drive();
  EXPECT_EQ(result.reason, "target");
  EXPECT_EQ(sweep.query("SELECT group_concat(value || ' ' || best_epoch, ', ') FROM "
                        "(SELECT * FROM trials ORDER BY number)"),
            "0.5 2, 0.6 2, 0.85 1");
  EXPECT_EQ(kept(result), "trial 2 attempt 1 epoch 1");
}

// Trial 0 ends last, and wins all the same.
TEST(Driver, KeepsTheLowerNumberOfEqualTrialsWhicheverEndsFirst) {
  PlayedSweep sweep(played_yaml(3),
                    by_number({{.curve = {0.8}, .held_at = 2}, flat(0.8), flat(0.8)}));
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(0));
    while (sweep.trials.epochs(2) < 3) {
      std::this_thread::yield();
    }
    sweep.trials.release(0);
  });
  EXPECT_EQ(kept(sweep.drive(2)), "trial 0 attempt 1 epoch 1");
}

TEST(Driver, RunsAsManyTrialsAtOnceAsItHasWorkers) {
  std::vector<Script> scripts(9, flat(0.5));
  scripts[0].held_at = scripts[1].held_at = scripts[2].held_at = 1;
  PlayedSweep sweep(played_yaml(9), by_number(scripts));
  std::jthread user([&] {
    for (const std::uint64_t trial : {0U, 1U, 2U}) {
      EXPECT_TRUE(sweep.trials.wait_until_held(trial));
    }
    EXPECT_EQ(sweep.trials.begun().size(), 3U) << "a fourth has no worker";
    for (const std::uint64_t trial : {2U, 1U, 0U}) {
      sweep.trials.release(trial);
    }
  });
  sweep.drive(3);
  EXPECT_EQ(sweep.trials.most_at_once(), 3);
}

TEST(Driver, RecordsFailuresAndDivergenceAndGoesOn) {
  PlayedSweep sweep(played_yaml(4), by_number({{.begin_error = "no such thing"},
                                               {.curve = {0.9}, .diverges_at = 2},
                                               {.curve = {0.99}, .out_of_memory_at = 3},
                                               flat(0.2)}));
  const DriveResult result = sweep.drive();
  EXPECT_EQ(result.end, End::kComplete);
  EXPECT_EQ(sweep.query(kStates), "0:failed 1:diverged 2:failed 3:complete");
  EXPECT_EQ(sweep.query("SELECT group_concat(epochs_done) FROM (SELECT * FROM trials ORDER BY "
                        "number)"),
            "0,2,2,3");
  EXPECT_EQ(sweep.query("SELECT reason FROM trials WHERE number = 2"), "out of memory");
  EXPECT_THAT(sweep.lines.text(), HasSubstr("trial 0 failed: no such thing\n"));
  EXPECT_EQ(kept(result), "trial 3 attempt 1 epoch 1");
}

TEST(Driver, KeepsNothingWhereNoTrialIsComplete) {
  PlayedSweep sweep(played_yaml(2),
                    [](const TrialTask&) { return Script{.curve = {0.9}, .diverges_at = 3}; });
  EXPECT_EQ(kept(sweep.drive(2)), "none");
}

TEST(Driver, EndsACallAfterItsTrialsAndGoesOnInTheNext) {
  PlayedSweep sweep(played_yaml(5),
                    by_number({flat(0.3), flat(0.9), flat(0.4), flat(0.5), flat(0.95)}));
  const DriveResult first = sweep.drive(1, {}, {.trials = 2, .deadline = {}});
  EXPECT_EQ(first.end, End::kCallLimit);
  EXPECT_EQ(first.reason, "trials");
  EXPECT_EQ(kept(first), "trial 1 attempt 1 epoch 1");
  // Trials 2 and 3 are worse than one that the database has: nothing of them is worth keeping.
  const DriveResult second = sweep.drive(1, {}, {.trials = 2, .deadline = {}});
  EXPECT_EQ(kept(second), "none");
  const DriveResult third = sweep.drive();
  EXPECT_EQ(third.end, End::kComplete);
  EXPECT_EQ(kept(third), "trial 4 attempt 1 epoch 1");
  EXPECT_THAT(sweep.trials.begun(), ElementsAre(0U, 1U, 2U, 3U, 4U));
}

TEST(Driver, InterruptsAtAStopAndContinuesTheSameTrial) {
  PlayedSweep sweep(played_yaml(3),
                    by_number({flat(0.3), {.curve = {0.1, 0.2, 0.8}, .held_at = 3}, flat(0.4)}));
  std::stop_source stop;
  {
    std::jthread user([&] {
      EXPECT_TRUE(sweep.trials.wait_until_held(1));
      stop.request_stop();
    });
    const DriveResult result = sweep.drive(1, stop.get_token());
    EXPECT_EQ(result.end, End::kInterrupted);
    EXPECT_EQ(result.reason, "signal");
    EXPECT_EQ(kept(result), "trial 0 attempt 1 epoch 1");
  }
  EXPECT_EQ(sweep.query(kStates), "0:complete 1:interrupted");
  EXPECT_EQ(sweep.query("SELECT reason || epochs_done FROM trials WHERE number = 1"), "signal2");
  sweep.trials.release(1);
  EXPECT_EQ(kept(sweep.drive()), "trial 1 attempt 2 epoch 3");
  EXPECT_EQ(sweep.query(kStates), "0:complete 1:complete 2:complete");
  EXPECT_EQ(sweep.query("SELECT group_concat(attempt) FROM (SELECT * FROM trials ORDER BY number)"),
            "1,2,1");
  EXPECT_EQ(sweep.trials.epochs(1), 2 + 3);
}

TEST(Driver, StopsTrialsThatARuleLeavesBeyondTheEnd) {
  PlayedSweep sweep(played_yaml(9,
                                "metric: {name: val_accuracy, target: 0.9}\n"
                                "parameters: {l2: {min: 0.0, max: 1.0}}\n"),
                    [](const TrialTask& task) {
                      return task.number == 0 ? flat(0.95) : Script{.curve = {0.99}, .held_at = 2};
                    });
  const DriveResult result = sweep.drive(2);
  EXPECT_EQ(result.end, End::kComplete);
  EXPECT_EQ(result.reason, "target");
  EXPECT_EQ(result.end_number, 1U);
  EXPECT_EQ(kept(result), "trial 0 attempt 1 epoch 1");
  EXPECT_EQ(sweep.query("SELECT group_concat(state || ' ' || reason) FROM trials WHERE number > 0"),
            "interrupted stopped");
}

TEST(Driver, PrefersLaterStagesWhateverTheirValues) {
  PlayedSweep sweep(
      played_yaml(8,
                  "method: coarse_to_fine\n"
                  "search: {stages: [{share: 0.5, epochs: 1}, {share: 0.5, epochs: 2}]}\n"
                  "parameters: {l2: {min: 0.0, max: 1.0}}\n"),
      [](const TrialTask& task) { return flat(task.epochs == 1 ? 0.9 : 0.5); });
  const DriveResult result = sweep.drive(2);
  EXPECT_EQ(result.end, End::kComplete);
  ASSERT_TRUE(result.kept);
  EXPECT_EQ(std::to_string(result.kept->origin.trial),
            sweep.query("SELECT min(number) FROM trials WHERE stage = 1"));
}

TEST(Driver, EndsWhereATrialDoesNotRepeatItself) {
  double value = 0.1;
  PlayedSweep sweep(played_yaml(3), [&](const TrialTask& task) {
    return Script{.curve = {value}, .held_at = task.number == 0 ? 2 : 0};
  });
  std::stop_source stop;
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(0));
    stop.request_stop();
  });
  EXPECT_EQ(sweep.drive(1, stop.get_token()).end, End::kInterrupted);
  user.join();
  value = 0.2;
  EXPECT_THROW(sweep.drive(2), NotReproducible);
  EXPECT_EQ(sweep.query("SELECT count(*) FROM epochs WHERE val_accuracy > 0.15 AND trial_id = "
                        "(SELECT trial_id FROM trials WHERE number = 0)"),
            "0");
}

// A method that learns must not suggest before what it learns from has ended.
TEST(Driver, WaitsForTheResultsThatAMethodLearnsFrom) {
  // How many epochs trial 0 had when trial 2 began.
  std::atomic<int> known = -1;
  const PlayedSweep* played = nullptr;
  PlayedSweep sweep(played_yaml(4,
                                "method: tpe\n"
                                "parallel: {workers: 2}\n"
                                "parameters: {l2: {min: 0.0, max: 1.0}}\n"),
                    [&](const TrialTask& task) {
                      Script script = flat(0.5);
                      script.held_at = task.number == 0 ? 1 : 0;
                      if (task.number == 2) {
                        known = played->trials.epochs(0);
                      }
                      return script;
                    });
  played = &sweep;
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(0));
    while (sweep.trials.epochs(1) < 3) {
      std::this_thread::yield();
    }
    sweep.trials.release(0);
  });
  const DriveResult result = sweep.drive(2);
  EXPECT_EQ(result.end, End::kComplete);
  EXPECT_EQ(sweep.trials.begun().size(), 4U);
  EXPECT_EQ(known, 3);  // with a lag of 2, trial 2 learns from all of trial 0
}

// A batch of a large network may take minutes: an interrupted run must not wait for it.
TEST(Driver, GivesUpOnWorkersThatDoNotAnswerAStop) {
  PlayedSweep sweep(played_yaml(3),
                    by_number({flat(0.75), {.held_at = 2, .deaf = true}, flat(0.5)}));
  std::stop_source stop;
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(1));
    stop.request_stop();
  });
  int abandoned = 0;
  // The real one ends the process; here the worker is let go, so that the loop can end.
  const DriveResult result =
      sweep.drive(1, stop.get_token(), {}, [&](const std::optional<KeptWeights>& best) {
        ++abandoned;
        EXPECT_TRUE(best && best->origin.trial == 0);
        sweep.trials.release(1);
      });
  EXPECT_GE(abandoned, 1);
  EXPECT_EQ(result.end, End::kInterrupted);
  EXPECT_EQ(sweep.query(kStates), "0:complete 1:interrupted");
}

}  // namespace
}  // namespace hpsearch::runner
