// The search loop with trials in folds, on scripts in place of networks.
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/run/driver.h"
#include "runner/run/trial_folds.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using ::testing::ElementsAre;
using End = DriveResult::End;

std::string folds_yaml(int run_cap, int folds, const std::string& more = "") {
  std::string yaml =
      played_yaml(run_cap, more.empty() ? "parameters: {l2: {min: 0.0, max: 1.0}}\n" : more);
  const std::string from = "source: xor";
  return yaml.replace(yaml.find(from), from.size(), fmt::format("{}, folds: {}", from, folds));
}

// By trial and fold: the value of its best epoch.
double value_of(const TrialTask& task) {
  return 0.5 + 0.01 * static_cast<double>(task.number) + 0.001 * task.fold * task.fold;
}

Script by_fold(const TrialTask& task) {
  return {.curve = {0.1, value_of(task), 0.2}};
}

constexpr char kFolds[] =
    "SELECT group_concat(t.number || '.' || r.replicate || ':' || r.state, ' ') FROM (SELECT * "
    "FROM "
    "replicates ORDER BY trial_id, replicate) r JOIN trials t USING(trial_id)";
constexpr char kTrials[] =
    "SELECT group_concat(number || ':' || state, ' ') FROM (SELECT * FROM trials ORDER BY number)";

TEST(FoldDriver, GivesEachTrialTheMeanOfItsFoldsAndEachFoldARow) {
  PlayedSweep sweep(folds_yaml(2, 3), by_fold);
  const DriveResult result = sweep.drive();
  EXPECT_EQ(result.end, End::kComplete);
  EXPECT_EQ(sweep.query(kTrials), "0:complete 1:complete");
  EXPECT_EQ(sweep.query(kFolds),
            "0.0:complete 0.1:complete 0.2:complete 1.0:complete 1.1:complete 1.2:complete");
  EXPECT_EQ(sweep.query("SELECT count(*) FROM trials WHERE abs(value - (SELECT avg(r.value) FROM "
                        "replicates r WHERE r.trial_id = trials.trial_id)) < 1e-12 AND score = "
                        "-value AND best_epoch IS NULL AND epochs_done = 9 AND epochs = 9"),
            "2");
  EXPECT_EQ(sweep.query("SELECT count(*) FROM replicates WHERE fold = replicate AND best_epoch = 2 "
                        "AND epochs_done = 3"),
            "6");
  EXPECT_EQ(sweep.query("SELECT count(DISTINCT seed) FROM replicates"), "6");
  EXPECT_EQ(sweep.query("SELECT count(*) FROM epochs"), "18");
  const double best = std::stod(sweep.query("SELECT value FROM best_trials"));
  EXPECT_NEAR(best, 0.51 + (0.001 + 0.004) / 3.0, 1e-9);
}

TEST(FoldDriver, FindsTheSameWithAnyNumberOfWorkers) {
  std::set<std::string> digests;
  for (const int workers : {1, 2, 3, 7}) {
    PlayedSweep sweep(folds_yaml(5, 4), by_fold);
    sweep.drive(workers);
    digests.insert(digest(sweep));
  }
  EXPECT_EQ(digests.size(), 1U);
}

TEST(FoldDriver, RunsTheFoldsOfATrialAtOnce) {
  PlayedSweep sweep(folds_yaml(1, 3), [](const TrialTask& task) {
    Script script = by_fold(task);
    script.held_at = task.fold == 2 ? 1 : 0;
    return script;
  });
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(0));
    sweep.trials.release(0);
  });
  sweep.drive(3);
  EXPECT_THAT(sweep.trials.begun(), ElementsAre(0U, 0U, 0U));
}

// Fold 1 diverges and fold 2 after it: whatever fold 2 has done by then does not count.
TEST(FoldDriver, ATrialDivergesWithTheFirstFoldThatDoesWhateverTheWorkers) {
  std::set<std::string> digests;
  for (const int workers : {1, 2, 4}) {
    PlayedSweep sweep(folds_yaml(3, 4), [](const TrialTask& task) {
      Script script = by_fold(task);
      script.diverges_at = task.number == 1 && task.fold == 1   ? 2
                           : task.number == 1 && task.fold == 2 ? 1
                                                                : 0;
      return script;
    });
    const DriveResult result = sweep.drive(workers);
    EXPECT_EQ(result.end, End::kComplete);
    EXPECT_EQ(sweep.query(kTrials), "0:complete 1:diverged 2:complete");
    EXPECT_EQ(sweep.query("SELECT reason || ' | ' || epochs_done || ' ' || (value IS NULL) FROM "
                          "trials WHERE number = 1"),
              "fold 1: the loss is not finite in epoch 2 | 5 1");
    EXPECT_EQ(sweep.query("SELECT group_concat(state, ' ') FROM (SELECT state FROM replicates "
                          "WHERE trial_id = 2 AND replicate < 2 ORDER BY replicate)"),
              "complete diverged");
    digests.insert(digest(sweep));
  }
  EXPECT_EQ(digests.size(), 1U);
}

TEST(FoldDriver, ATrialFailsWithItsFold) {
  PlayedSweep sweep(folds_yaml(2, 3), [](const TrialTask& task) {
    Script script = by_fold(task);
    script.throws_at = task.number == 0 && task.fold == 1 ? 1 : 0;
    return script;
  });
  sweep.drive();
  EXPECT_EQ(sweep.query(kTrials), "0:failed 1:complete");
  EXPECT_EQ(sweep.query("SELECT reason FROM trials WHERE number = 0"), "fold 1: broken");
  EXPECT_EQ(sweep.trials.epochs(0), 3) << "fold 2 is not begun";
}

// A stop in fold 1; the next run trains fold 1 and the rest, and fold 0 no more.
TEST(FoldDriver, GoesOnWithTheFoldsThatHaveNotEnded) {
  const auto scripts = [](bool& held) {
    return [&held](const TrialTask& task) {
      Script script = by_fold(task);
      script.held_at = held && task.number == 1 && task.fold == 1 ? 3 : 0;
      return script;
    };
  };
  bool held = true;
  PlayedSweep sweep(folds_yaml(3, 3), scripts(held));
  std::stop_source stop;
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(1));
    stop.request_stop();
  });
  EXPECT_EQ(sweep.drive(1, stop.get_token()).end, End::kInterrupted);
  EXPECT_EQ(sweep.query(kTrials), "0:complete 1:interrupted");
  EXPECT_EQ(sweep.query("SELECT group_concat(state || epochs_done, ' ') FROM (SELECT * FROM "
                        "replicates WHERE trial_id = 2 ORDER BY replicate)"),
            "complete3 interrupted2");
  held = false;
  const int before = sweep.trials.epochs(1);
  EXPECT_EQ(sweep.drive(2).end, End::kComplete);
  EXPECT_EQ(sweep.trials.epochs(1) - before, 6) << "folds 1 and 2, but not fold 0 again";
  EXPECT_EQ(sweep.query(kTrials), "0:complete 1:complete 2:complete");
  PlayedSweep undisturbed(folds_yaml(3, 3), by_fold);
  undisturbed.drive(1);
  EXPECT_EQ(digest(sweep), digest(undisturbed));
}

// A process can die between the end of the last fold and that of the trial.
TEST(FoldDriver, EndsATrialWhoseFoldsHaveAllEnded) {
  PlayedSweep sweep(folds_yaml(2, 3), by_fold);
  sweep.drive(1);
  const std::string whole = digest(sweep);
  sweep.query(
      "UPDATE trials SET state = 'interrupted', value = NULL, score = NULL, finished_at = "
      "NULL WHERE number = 0");
  const int before = sweep.trials.epochs(0);
  EXPECT_EQ(sweep.drive(1).end, End::kComplete);
  EXPECT_EQ(sweep.trials.epochs(0), before);
  EXPECT_EQ(digest(sweep), whole);
}

// The target is a mean of folds; epochs count in all of them. Trials beyond the stopping number do
// not hold up the end.
TEST(FoldDriver, StopsByRulesThatCountFolds) {
  struct Rule {
    std::string yaml;
    std::string reason;
    int workers;
  };
  for (const Rule& rule : {Rule{"target: 0.511", "target", 2}, Rule{"epochs: 18", "epochs", 1}}) {
    PlayedSweep sweep(folds_yaml(6, 3,
                                 "parameters: {l2: {min: 0.0, max: 1.0}}\n"
                                 "stop: {" +
                                     rule.yaml + "}\n"),
                      by_fold);
    const DriveResult result = sweep.drive(rule.workers);
    EXPECT_EQ(result.reason, rule.reason);
    EXPECT_EQ(result.end_number, 2U);
  }
}

TEST(FoldTask, DrawsEachFoldFromStreamsOfItsOwn) {
  TrialTask trial;
  trial.number = 3;
  trial.seed = 77;
  trial.folds = 3;
  trial.settings["seed"] = std::int64_t{77};
  EXPECT_EQ(fold_task(trial, 0).seed, 77U);
  std::set<std::uint64_t> seeds;
  for (int fold = 0; fold < 3; ++fold) {
    const TrialTask task = fold_task(trial, fold);
    EXPECT_EQ(task.fold, fold);
    // The trainer takes that of the settings where there is one.
    EXPECT_EQ(static_cast<std::uint64_t>(std::get<std::int64_t>(task.settings.at("seed"))),
              task.seed);
    seeds.insert(task.seed);
  }
  EXPECT_EQ(seeds.size(), 3U);
}

}  // namespace
}  // namespace hpsearch::runner
