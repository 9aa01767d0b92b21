// The search loop with a pruner, on scripts: what it stops is what plain loops stop, whatever the
// number of workers, the calls that it takes and the stops in between.
#include <cmath>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/runner/run/played_sweep.h"
#include "tests/support/hyperband_simulation.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using ::testing::HasSubstr;
using End = DriveResult::End;

constexpr int kTrials = 25;
constexpr int kEpochs = 14;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Curves that cross, some with epochs without a value. Trial 5 diverges, trial 9 fails.
Script drawn_script(const TrialTask& task) {
  nn::Stream random(7, nn::Purpose::kSample, static_cast<std::uint32_t>(task.epochs),
                    static_cast<std::uint32_t>(task.number));
  Script script;
  script.curve.clear();
  const double quality = random.uniform();
  for (int epoch = 1; epoch <= task.epochs; ++epoch) {
    const double noise = 0.4 * random.uniform();
    script.curve.push_back(random.uniform() < 0.1 ? kNone : 0.5 * quality + noise + 0.01 * epoch);
    script.losses.push_back(1.0 + random.uniform() - 0.3 * quality);
  }
  script.diverges_at = task.number == 5 ? 6 : 0;
  script.throws_at = task.number == 9 ? 7 : 0;
  return script;
}

struct Settings {
  std::string early_terminate;
  std::string more;  // of the sweep file
  test::SimulatedRule rule;
};

std::string yaml_of(const Settings& settings) {
  return fmt::format(
      "name: played\nseed: 1\nrun_cap: {}\ndataset: {{source: xor}}\nmodel: {{hidden: []}}\n"
      "training: {{epochs: {}}}\nearly_terminate: {{type: hyperband, {}}}\n"
      "parameters: {{l2: {{min: 0.0, max: 1.0}}}}\n{}",
      kTrials, kEpochs, settings.early_terminate, settings.more);
}

// "0:complete 1:pruned 4 ...": by number, with the epochs of pruned trials.
std::string found(const PlayedSweep& sweep) {
  return sweep.query(
      "SELECT group_concat(number || ':' || state || CASE state WHEN 'pruned' THEN ' ' || "
      "epochs_done ELSE '' END, ' ') FROM (SELECT * FROM trials ORDER BY number)");
}

// The same by plain loops. Stages and lengths come from the rows; they follow from the file.
std::string simulated(const PlayedSweep& sweep, const test::SimulatedRule& rule) {
  std::vector<test::SimulatedTrial> trials;
  std::istringstream rows(
      sweep.query("SELECT group_concat(stage || ' ' || epochs, ' ') FROM (SELECT * FROM trials "
                  "ORDER BY number)"));
  test::SimulatedTrial trial;
  while (rows >> trial.stage >> trial.epochs) {
    TrialTask task;
    task.number = trials.size();
    task.epochs = trial.epochs;
    const Script script = drawn_script(task);
    trial.values = rule.maximize ? script.curve : script.losses;
    const int ends_at = script.diverges_at > 0 ? script.diverges_at : script.throws_at;
    trial.ends_at = ends_at <= trial.epochs ? ends_at : 0;
    if (trial.ends_at > 0 && script.throws_at > 0) {  // that epoch gives none
      trial.values[static_cast<std::size_t>(script.throws_at - 1)] = kNone;
    }
    trials.push_back(trial);
  }
  const std::vector<int> stopped = test::simulate_hyperband(trials, rule);
  std::string text;
  for (std::size_t t = 0; t < trials.size(); ++t) {
    text += fmt::format("{}{}:{}", t == 0 ? "" : " ", t,
                        stopped[t] > 0          ? fmt::format("pruned {}", stopped[t])
                        : trials[t].ends_at > 0 ? (t == 5 ? "diverged" : "failed")
                                                : "complete");
  }
  return text;
}

class PrunedDriver : public ::testing::TestWithParam<Settings> {
 protected:
  std::string yaml() const { return yaml_of(GetParam()); }
};

TEST_P(PrunedDriver, StopsWhatTheRuleStopsWithAnyNumberOfWorkers) {
  PlayedSweep one(yaml(), drawn_script);
  EXPECT_EQ(one.drive(1).end, End::kComplete);
  EXPECT_EQ(found(one), simulated(one, GetParam().rule));
  EXPECT_THAT(found(one), HasSubstr("pruned"));
  EXPECT_THAT(found(one), HasSubstr("complete"));
  for (const int workers : {3, 8}) {
    PlayedSweep many(yaml(), drawn_script);
    EXPECT_EQ(many.drive(workers).end, End::kComplete);
    EXPECT_EQ(found(many), found(one));
    EXPECT_EQ(digest(many), digest(one));
    EXPECT_LE(many.trials.most_at_once(), static_cast<int>(GetParam().rule.lag));
  }
}

// In several calls, and with a stop in the middle of a trial: the curves then come from the
// database.
TEST_P(PrunedDriver, StopsTheSameAfterInterruptions) {
  PlayedSweep whole(yaml(), drawn_script);
  whole.drive(3);
  const std::uint64_t held = std::stoul(
      whole.query("SELECT min(number) FROM trials WHERE number >= 6 AND state = 'complete'"));
  PlayedSweep broken(yaml(), [held](const TrialTask& task) {
    Script script = drawn_script(task);
    script.held_at = task.number == held ? 2 : 0;
    return script;
  });
  stop_while_held(broken, held);
  EXPECT_EQ(broken.drive(2, {}, {.trials = 3, .deadline = {}}).end, End::kCallLimit);
  EXPECT_EQ(broken.drive(1, {}, {.trials = 5, .deadline = {}}).end, End::kCallLimit);
  EXPECT_EQ(broken.drive(3).end, End::kComplete);
  EXPECT_EQ(found(broken), found(whole));
  EXPECT_EQ(digest(broken), digest(whole));
}

INSTANTIATE_TEST_SUITE_P(
    Settings,
    PrunedDriver,
    ::testing::Values(Settings{"min_iter: 3, eta: 2", "", {{3, 6, 12}, 2.0}},
                      Settings{"min_iter: 3, eta: 2, strict: false", "", {{3, 6, 12}, 2.0, false}},
                      Settings{"min_iter: 1, max_iter: 13, s: 2",
                               "metric: {name: val_loss}\n",
                               {{1, 4}, 3.0, true, false}},
                      Settings{"min_iter: 1, eta: 1.5",
                               "parallel: {workers: 3}\n",
                               {{1, 2, 3, 5, 7, 11}, 1.5, true, true, 3}},
                      Settings{"min_iter: 2, eta: 2.5",
                               "method: tpe\nparallel: {workers: 2}\n",
                               {{2, 5, 12}, 2.5, true, true, 2}},
                      Settings{
                          "min_iter: 2, eta: 2",
                          "method: coarse_to_fine\n"
                          "search: {stages: [{share: 0.6, epochs: 5}, {share: 0.4, epochs: 14}]}\n",
                          {{2, 4, 8}, 2.0}}));

TEST(PrunedTrial, HasItsBestValueAReasonAndAnEventButNoRank) {
  // With a lag of 1 trial 2 is compared with both of the others, and has the best value of all.
  const std::vector<Script> scripts{
      {.curve = {0.1, 0.5, 0.5}}, {.curve = {0.1, 0.6, 0.5}}, {.curve = {0.9, 0.2, 0.5}}};
  PlayedSweep sweep(played_yaml(3,
                                "parameters: {l2: {min: 0.0, max: 1.0}}\n"
                                "parallel: {workers: 1}\n"
                                "stop: {target: 0.9}\n"
                                "early_terminate: {type: hyperband, min_iter: 2}\n"),
                    [&](const TrialTask& task) { return scripts.at(task.number); });
  const DriveResult result = sweep.drive();
  EXPECT_EQ(result.reason, "run_cap") << "a pruned trial has not reached the target";
  ASSERT_TRUE(result.kept);
  EXPECT_EQ(result.kept->origin.trial, 1U);
  EXPECT_EQ(
      sweep.query("SELECT state || ' ' || value || ' ' || score || ' ' || best_epoch || ' ' || "
                  "epochs_done || ' ' || reason FROM trials WHERE number = 2"),
      "pruned 0.9 -0.9 1 2 iteration 2: 0.2 is worse than 0.5, the threshold of 3 trials");
  EXPECT_EQ(
      sweep.query("SELECT detail_json FROM events WHERE kind = 'pruned'"),
      R"({"epoch":2,"reason":"iteration 2: 0.2 is worse than 0.5, the threshold of 3 trials"})");
  EXPECT_EQ(sweep.query("SELECT r.state FROM replicates r JOIN trials t USING (trial_id) WHERE "
                        "t.number = 2"),
            "pruned");
  EXPECT_EQ(sweep.query("SELECT group_concat(trial) FROM leaderboard"), "1,0");
  EXPECT_EQ(sweep.query("SELECT best FROM sweep_summary"), "0.6");
  EXPECT_THAT(sweep.lines.text(),
              HasSubstr("3/3 trials, 1 pruned, best val_accuracy 0.6 (trial 1)"));
}

TEST(PrunedTrial, IsStoppedInTheGreedyModeToo) {
  PlayedSweep sweep(yaml_of({"min_iter: 2, eta: 2", "parallel: {deterministic: false}\n", {}}),
                    drawn_script);
  EXPECT_EQ(sweep.drive(8).end, End::kComplete);
  EXPECT_THAT(found(sweep), HasSubstr("pruned"));
  EXPECT_EQ(sweep.query("SELECT count(*) FROM trials"), std::to_string(kTrials));
}

}  // namespace
}  // namespace hpsearch::runner
