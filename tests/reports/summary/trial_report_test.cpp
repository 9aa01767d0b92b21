#include "reports/summary/trial_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/reports/report_folds.h"

namespace hpsearch::reports {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TrialPage : public testing::Test {
 protected:
  TrialPage() {
    database.add_trials();
    database.add_test_metrics();
  }
  TrialReport report(std::uint64_t number) {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    const auto sweep = queries.newest_sweep().value();
    return read_trial_report(queries, sweep, queries.trial(sweep.sweep_id, number).value());
  }
  std::string text(std::uint64_t number, std::size_t width = 120) {
    return trial_text(report(number), width);
  }

  ReportDatabase database;
};

TEST_F(TrialPage, ShowsAllThatIsKnown) {
  database.run(
      "INSERT INTO params VALUES (2, 'dropout', 0.25, NULL), (2, 'hidden', '[64, 32]', NULL), "
      "(2, 'learning_rate', 0.012345678, 0.5229)");
  database.run(
      "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) VALUES "
      "('2026-01-31T10:00:05.123Z', 1, 2, 'resumed', '{\"attempt\":2}'), "
      "('2026-01-31T10:00:06.123Z', 1, 1, 'resumed', '{\"attempt\":9}')");
  EXPECT_EQ(text(1),
            "trial 1 of digits: complete\n"
            "val_accuracy: 0.9375 at epoch 1, rank 1\n"
            "epochs: 1 of 3 in 0.1 s on w1\n"
            "origin: sampler, stage 0\n"
            "seed: 101, attempt 1\n"
            "\n"
            "parameter      value     place                  range\n"
            "dropout        0.25                             0.25 in all trials\n"
            "hidden         [64, 32]                         [64], [64, 32]\n"
            "learning_rate  0.01235     52%  [......o.....]  0.0001 to 1, log scale\n"
            "\n"
            "initial_loss: 2.3 at epoch 0\n"
            "test_accuracy: 0.9219 at epoch 1\n"
            "test_loss: 0.3 at epoch 1\n"
            "\n"
            "epoch        train_loss  train_accuracy  val_loss  val_accuracy  grad_norm  "
            "weight_norm  update_ratio  seconds\n"
            "    1  best      1e-300               1       0.1        0.9375          0           "
            " 0             3      0.5\n"
            "\n"
            "events (UTC)\n"
            "  2026-01-31 10:00:05  trial 1: begun again, attempt 2\n");
}

TEST_F(TrialPage, SaysWhyATrialEndedAndWhereItCameFrom) {
  database.run(
      "UPDATE trials SET reason = 'the loss is not finite in epoch 1', origin = 'carried', "
      "parent = 0, stage = 1 WHERE number = 2");
  EXPECT_THAT(text(2), StartsWith("trial 2 of digits: diverged, the loss is not finite in epoch 1\n"
                                  "epochs: 1 of 3 in 0.5 s on w0\n"
                                  "origin: carried from trial 0, stage 1\n"
                                  "seed: 102, attempt 2\n"));
}

// The process that left it `running` is dead.
TEST_F(TrialPage, OfAKilledTrialSaysSo) {
  database.run(
      "UPDATE sweeps SET state = 'running'; UPDATE trials SET state = 'running', "
      "reason = NULL WHERE number = 5");
  EXPECT_THAT(text(5), StartsWith("trial 5 of digits: interrupted, its process was killed\n"));
}

TEST_F(TrialPage, ShowsOfManyEpochsTheFirstTheBestAndTheLast) {
  for (int epoch = 3; epoch <= 1000; ++epoch) {
    database.run("INSERT INTO epochs(trial_id, epoch, train_loss, val_loss) VALUES (1, " +
                 std::to_string(epoch) + ", 0.5, 0.25)");
  }
  database.run("UPDATE trials SET best_epoch = 500 WHERE number = 0");
  const std::string page = text(0);
  EXPECT_THAT(page, HasSubstr("\n    1         "));
  EXPECT_THAT(page, HasSubstr("\n  500  best  "));
  EXPECT_THAT(page, HasSubstr("\n 1000         "));
  EXPECT_THAT(page, HasSubstr("\n(15 of 1000 epochs; --json has all)\n"));
}

TEST_F(TrialPage, LeavesOutWhatTheTaskDoesNotMeasureAndShowsARateThatChanges) {
  database.run(
      "UPDATE epochs SET train_accuracy = NULL, val_accuracy = NULL WHERE trial_id = 1; "
      "UPDATE epochs SET learning_rate = 0.05 WHERE trial_id = 1 AND epoch = 2");
  EXPECT_THAT(text(0), HasSubstr("\nepoch        train_loss  val_loss  learning_rate  grad_norm"));
  EXPECT_THAT(text(2), HasSubstr("\n    1             -             0.1         -"))
      << "a loss that is not finite stays a column";
}

TEST_F(TrialPage, ShowsTheBoxOfItsStageAndWhy) {
  database.run(
      R"(INSERT INTO events(at, sweep_id, kind, detail_json) VALUES
         ('2026-01-31T10:00:01.000Z', 1, 'stage_started',
          '{"stage":0,"epochs":3,"trials":6,"carried":[],"points":"sobol","axes":[]}'),
         ('2026-01-31T10:00:02.000Z', 1, 'stage_started',
          '{"stage":1,"epochs":9,"trials":4,"carried":[1,0],"points":"sobol","axes":[
            {"parameter":"learning_rate","action":"shrunk","reason":"The best trials agree."}]}'))");
  database.run(
      R"(INSERT INTO stages VALUES (1, 1, 9, 4,
         '{"learning_rate":{"min":0.01,"max":0.1,"scale":"log","type":"real"}}');
         UPDATE trials SET stage = 1 WHERE number = 1)");
  EXPECT_THAT(text(1), EndsWith("\nstage 1: 4 trials of 9 epochs; repeats trials 1, 0, then "
                                "sobol\n"
                                "  learning_rate  0.01 to 0.1, log scale  shrunk: The best trials "
                                "agree.\n"));
}

// The figures are worked out by hand from the three folds of add_folds().
TEST_F(TrialPage, OfFoldsShowsTheirMeans) {
  database.run("DELETE FROM metrics");
  add_folds(database);
  const std::string page = text(1, 100);
  EXPECT_THAT(page, HasSubstr("val_accuracy: 0.75, the mean of 3 folds, standard error 0.1443"));
  EXPECT_THAT(page, HasSubstr("epochs: 5 of 6 in 3 folds, "));
  EXPECT_THAT(page, HasSubstr("\ninitial_loss: 2.5, the mean of 3 folds, standard error 0.2887\n"
                              "test_accuracy: 0.625 (of the ensemble)\n"
                              "val_f1: 0.4, the mean of 3 folds, standard error 0.1528\n"));
  EXPECT_THAT(page, HasSubstr("\nlayers, at the last epoch, the mean of 3 folds:\n"
                              "layer  dead\n"
                              "    1   0.5\n"));
  EXPECT_THAT(page,
              HasSubstr("\nepochs, means over the folds that have them:\n"
                        "epoch    folds  train_loss  train_accuracy  val_loss  val_accuracy"));
  EXPECT_THAT(page,
              HasSubstr("\n    1        3           2             0.3       0.5        0.6667"));
  EXPECT_THAT(page,
              HasSubstr("\n    2        2           1             0.5       0.5         0.625"));
  EXPECT_THAT(page, Not(HasSubstr("at epoch")));
  const auto json = nlohmann::json::parse(trial_json(report(1)));
  EXPECT_EQ(json.at("epochs")[1].at("train_loss"), 1.0);
  EXPECT_EQ(json.at("epochs")[1].at("folds"), 2);
}

TEST_F(TrialPage, LetsNoNameDriveTheTerminal) {
  database.run("UPDATE sweeps SET name = 'a' || char(27) || '[2J', metric = 'm' || char(10)");
  database.run(
      "UPDATE trials SET worker = 'w' || char(10), reason = 'x' || char(7), params_json = "
      "'{\"a\\u001b\":\"\\u001b\"}'");
  const std::string page = text(1);
  EXPECT_THAT(page, StartsWith("trial 1 of a?[2J: complete, x?\nm?: 0.9375"));
  EXPECT_THAT(page, Not(HasSubstr("\x1B")));
  EXPECT_THAT(page, HasSubstr("\na?         ?\n"));
}

TEST_F(TrialPage, AsJsonHasEveryEpochWithNullsForWhatIsNotFinite) {
  const auto json = nlohmann::json::parse(trial_json(report(2)));
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_EQ(json.at("trial"), 2);
  EXPECT_EQ(json.at("state"), "diverged");
  EXPECT_TRUE(json.at("value").is_null());
  EXPECT_TRUE(json.at("rank").is_null());
  EXPECT_EQ(json.at("params").at("learning_rate"), 1.0);
  ASSERT_EQ(json.at("epochs").size(), 1U);
  EXPECT_TRUE(json.at("epochs")[0].at("train_loss").is_null());
  EXPECT_EQ(json.at("epochs")[0].at("train_accuracy"), 0.1);
  EXPECT_EQ(json.at("box").at("space").at("dropout").at("value"), 0.25);
  EXPECT_EQ(nlohmann::json::parse(trial_json(report(1))).at("metrics").size(), 3U);
}

}  // namespace
}  // namespace hpsearch::reports
