#include "reports/summary/sweep_report.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/text/printable.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Report : public testing::Test {
 protected:
  SweepReport report(int rows = 10) {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    return read_report(queries, queries.newest_sweep().value(), rows);
  }

  ReportDatabase database;
};

TEST_F(Report, ReadsWhatTheDatabaseHolds) {
  database.add_trials();
  database.add_test_metrics();
  const SweepReport r = report();
  EXPECT_EQ(r.sweep.name, "digits");
  EXPECT_EQ(r.planned_trials, 6);
  EXPECT_THAT(r.searched, ElementsAre("hidden", "learning_rate")) << "fixed ones are not searched";
  ASSERT_EQ(r.top.size(), 2U);
  EXPECT_EQ(r.top[0].trial, 1U);
  ASSERT_EQ(r.test_metrics.size(), 2U) << "of the winner only, and no other metric";
  EXPECT_EQ(r.test_metrics[0].value, 0.921875);
  EXPECT_EQ(report(1).top.size(), 1U);
}

// Two ways to the same report: the page reads all trials, other reports only the best ones.
TEST_F(Report, IsTheSameFromAllTrialsAndHasAdvice) {
  database.add_trials();
  database.add_test_metrics();
  database.run(R"(UPDATE trials SET params_json =
                  '{"dropout":0.25,"hidden":[64,32],"learning_rate":0.9}' WHERE trial_id = 2)");
  const SweepReport plain = report();
  const auto queries_opened = storage::open_queries(database.file);
  storage::Queries& queries = *queries_opened;
  SweepReport full =
      read_report(queries, read_sweep_data(queries, queries.newest_sweep().value()), 10);
  ASSERT_EQ(full.borders.size(), 1U);
  ASSERT_FALSE(full.advice.empty());
  EXPECT_EQ(full.advice.front().kind, "border");
  EXPECT_EQ(full.advice.front().yaml, plain.borders.at(0).yaml);
  EXPECT_TRUE(plain.advice.empty());
  full.advice.clear();
  EXPECT_EQ(json_report(full, std::nullopt), json_report(plain, std::nullopt));
  EXPECT_EQ(headline(full), headline(plain));
}

TEST_F(Report, AsTextForATerminal) {
  database.add_trials();
  database.add_test_metrics();
  EXPECT_EQ(text_report(report(), 80),
            "digits: random search, maximize val_accuracy\n"
            "trials: 2 of 6 complete, 1 pruned, 1 diverged, 1 failed\n"
            "epochs: 6 in 3 min 20 s; pruning saved 2 more (25 %)\n"
            "best: trial 1, val_accuracy 0.9375 at epoch 1\n"
            "test: accuracy 0.9219, loss 0.3\n"
            "digest: e55f6a155df36f9e\n"
            "\n"
            "rank  trial  val_accuracy  epoch  seconds    hidden  learning_rate\n"
            "   1      1        0.9375      1     0.12  [64, 32]        0.01235\n"
            "   2      0         0.875      2     1.50      [64]            0.1\n");
}

TEST_F(Report, LeavesColumnsOutOfANarrowTerminal) {
  database.add_trials();
  EXPECT_THAT(text_report(report(), 60),
              HasSubstr("\nrank  trial  val_accuracy  epoch  seconds    hidden\n"
                        "   1      1        0.9375      1     0.12  [64, 32]\n"
                        "   2      0         0.875      2     1.50      [64]\n"
                        "(not shown: learning_rate; --json has all)\n"));
}

TEST_F(Report, FitsEightyColumnsHoweverManyParametersThereAre) {
  std::string space = "{";
  std::string params = "{";
  for (int i = 0; i < 20; ++i) {
    const std::string name = "\"a_parameter_with_a_long_name_" + std::to_string(i) + "\":";
    space += (i == 0 ? "" : ",") + name + R"({"min":0.0,"max":1.0})";
    params += (i == 0 ? "" : ",") + name + "0.12345678";
  }
  database.add_trials();
  database.run("UPDATE stages SET space_json = '" + space + "}'");
  database.run("UPDATE trials SET params_json = '" + params + "}'");
  const std::string text = text_report(report(), 80);
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    EXPECT_LE(display_width(text.substr(start, end - start)), 80U) << text;
    start = end + 1;
  }
}

// No process holds its lock: the one that left it `running` is dead.
TEST_F(Report, OfAKilledSweepSaysSo) {
  database.add_trials();
  database.run("UPDATE sweeps SET state = 'running', stop_reason = NULL, finished_at = NULL");
  EXPECT_EQ(headline(report()),
            "digits: random search, maximize val_accuracy\n"
            "trials: 2 of 6 complete, 1 pruned, 1 diverged, 1 failed; interrupted\n"
            "epochs: 6 in 3 min 20 s; pruning saved 2 more (25 %)\n"
            "best: trial 1, val_accuracy 0.9375 at epoch 1\n"
            "test: computed for the best trial when the sweep ends\n"
            "digest: e55f6a155df36f9e\n");
}

TEST_F(Report, WithoutACompleteTrialSaysSo) {
  EXPECT_EQ(text_report(report(), 80),
            "digits: random search, maximize val_accuracy\n"
            "trials: 0 of 6 complete\n"
            "epochs: 0 in 3 min 20 s\n"
            "best: none, no trial is complete\n"
            "digest: e3b0c44298fc1c14\n");
}

TEST_F(Report, OfTheBestIsASweepFile) {
  database.add_trials();
  database.add_test_metrics();
  const std::string db = database.file.string();
  EXPECT_EQ(best_report(report(), "name: digits-best\n"),
            "# The best of sweep digits: trial 1 of 6.\n"
            "# val_accuracy    0.9375 at epoch 1 of 1\n"
            "# test_accuracy   0.921875 at that epoch\n"
            "# test_loss       0.3 at that epoch\n"
            "# digest          e55f6a155df36f9e\n"
            "# As a sweep file, this text reproduces the trial bit for bit:\n"
            "#   hpsearch report --best --sweep digits --db " +
                db + " > best.yaml && hpsearch run best.yaml --db " + db +
                "\n"
                "name: digits-best\n");
}

TEST_F(Report, OfTheBestSaysThatTheTestComesLater) {
  database.add_trials();
  database.run("UPDATE sweeps SET state = 'interrupted'");
  EXPECT_THAT(best_report(report(), ""),
              HasSubstr("# test            not computed until the sweep ends\n"));
}

TEST_F(Report, LetsNoNameDriveTheTerminalOrLeaveItsComment) {
  database.add_trials();
  database.run("UPDATE sweeps SET name = 'a' || char(10) || 'evil: 1' || char(27) || '[2J'");
  for (const std::string& text : {text_report(report(), 80), best_report(report(), "")}) {
    EXPECT_THAT(text, HasSubstr("a?evil: 1?[2J"));
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
    EXPECT_THAT(text, Not(HasSubstr("\nevil")));
  }
}

TEST_F(Report, ShowsATestMetricThatIsNotANumber) {
  database.add_trials();
  database.run("INSERT INTO metrics VALUES (2, 0, 1, 'test_loss', NULL)");
  EXPECT_THAT(headline(report()), HasSubstr("\ntest: loss -\n"));
  EXPECT_THAT(json_report(report(), std::nullopt), HasSubstr(R"("test":{"test_loss":null})"));
}

TEST_F(Report, ShowsTheTestMetricsThatMatter) {
  database.add_trials();
  database.run(
      "INSERT INTO metrics VALUES (2, 0, 1, 'test_accuracy', 0.75), (2, 0, 1, "
      "'test_auc', 0.5), (2, 0, 1, 'test_balanced_accuracy', 0.625), (2, 0, 1, "
      "'test_f1', 0.25), (2, 0, 1, 'test_loss', 0.125)");
  EXPECT_THAT(headline(report()), HasSubstr("\ntest: accuracy 0.75, loss 0.125\n"));
  database.run("UPDATE sweeps SET metric = 'val_f1'");
  EXPECT_THAT(headline(report()), HasSubstr("\ntest: accuracy 0.75, f1 0.25, loss 0.125\n"));
  EXPECT_EQ(nlohmann::json::parse(json_report(report(), std::nullopt)).at("test").size(), 5U);
}

TEST_F(Report, ShowsTheTestMetricsOfARegression) {
  database.add_trials();
  database.run(
      "INSERT INTO metrics VALUES (2, 0, 1, 'test_loss', 0.5), (2, 0, 1, 'test_mae', "
      "44.5), (2, 0, 1, 'test_r2', 0.5), (2, 0, 1, 'test_rmse', 55.0)");
  database.run("UPDATE sweeps SET metric = 'val_rmse', goal = 'minimize'");
  EXPECT_THAT(headline(report()), HasSubstr("\ntest: mae 44.5, r2 0.5, rmse 55\n"));
  database.run("UPDATE sweeps SET metric = 'val_loss'");
  EXPECT_THAT(headline(report()), HasSubstr("\ntest: loss 0.5, mae 44.5, r2 0.5, rmse 55\n"));
}

TEST_F(Report, AsJsonIsOneLine) {
  database.add_trials();
  database.add_test_metrics();
  EXPECT_EQ(
      json_report(report(1), std::nullopt),
      R"({"format":1,"sweep":"digits","method":"random","metric":"val_accuracy","goal":"maximize",)"
      R"("seed":7,"state":"complete","stop_reason":"run_cap","shard":null,)"
      R"("created_at":"2026-01-31T10:00:00.000Z","finished_at":"2026-01-31T10:03:20.000Z",)"
      R"("active_seconds":200.25,"archived_at":null,"tags":[],"notes":[],"trials":{"planned":6,"started":6,"complete":2,"pruned":1,)"
      R"("diverged":1,"failed":1},"epochs":6,"saved_epochs":2,"closest_call":null,"warm_start":null,"digest":"e55f6a155df36f9e","reproducible":true,)"
      R"("best":{"rank":1,"trial":1,"trial_id":2,"value":0.9375,"best_epoch":1,"epochs_done":1,)"
      R"("stage":0,"seconds":0.125,"seed":101,"replicates":1,"deviation":null,"standard_error":null,"violation":0.0,)"
      R"("params":{"dropout":0.25,"hidden":[64,32],"learning_rate":0.012345678}},)"
      R"("test":{"test_accuracy":0.921875,"test_loss":0.3},"weights":null,"explanation":null,)"
      R"("stages":[{"stage":0,"trials":6,"epochs":3,"begun":false,"points":"","carried":[],)"
      R"("space":{"dropout":{"value":0.25},"hidden":{"values":[[64],[64,32]]},)"
      R"("learning_rate":{"min":0.0001,"max":1.0,"scale":"log","type":"real"}},"changes":[]}],)"
      R"("warnings":[],"advice":[],)"
      R"("leaderboard":[{"rank":1,"trial":1,"trial_id":2,"value":0.9375,"best_epoch":1,)"
      R"("epochs_done":1,"stage":0,"seconds":0.125,"seed":101,"replicates":1,)"
      R"("deviation":null,"standard_error":null,"violation":0.0,)"
      R"("params":{"dropout":0.25,"hidden":[64,32],"learning_rate":0.012345678}}]})"
      "\n");
}

TEST_F(Report, SaysWhereTheWeightsOfTheWinnerAre) {
  database.add_trials();
  database.run(
      "INSERT INTO artifacts VALUES (1, 'weights', 'x.db.files/loser', 9, 'b0b0'), "
      "(2, 'curve', 'x.db.files/curve', 9, 'c0c0')");
  EXPECT_THAT(headline(report()), Not(HasSubstr("weights")));
  database.run("INSERT INTO artifacts VALUES (2, 'weights', 'x.db.files/best', 8, 'c0de')");
  EXPECT_THAT(headline(report()), Not(HasSubstr("weights"))) << "a copied database, without files";
  std::filesystem::create_directory(database.folder.path() / "x.db.files");
  database.folder.write("x.db.files/best", "weights");
  const std::string path = (database.folder.path() / "x.db.files/best").string();
  EXPECT_THAT(headline(report()), HasSubstr("\nweights: " + path + "\ndigest: "));
  EXPECT_THAT(best_report(report(), ""), HasSubstr("\n# weights         " + path + "\n"));
  EXPECT_EQ(nlohmann::json::parse(json_report(report(), std::nullopt)).at("weights"),
            (nlohmann::json{{"path", path}, {"bytes", 8}, {"sha256", "c0de"}}));
}

TEST_F(Report, AsJsonHoldsAllRowsOrTheSweepFile) {
  database.add_trials();
  const auto all = nlohmann::json::parse(json_report(report(), std::nullopt));
  EXPECT_EQ(all.at("leaderboard").size(), 2U);
  EXPECT_EQ(all.at("leaderboard")[1].at("params").at("learning_rate"), 0.1);
  EXPECT_FALSE(all.contains("yaml"));
  const auto best = nlohmann::json::parse(json_report(report(), "a: \"b\"\n"));
  EXPECT_EQ(best.at("yaml"), "a: \"b\"\n");
  EXPECT_FALSE(best.contains("leaderboard"));
}

TEST_F(Report, AsJsonHasNullsWithoutACompleteTrial) {
  database.run("UPDATE sweeps SET state = 'running', stop_reason = NULL, finished_at = NULL");
  const auto json = nlohmann::json::parse(json_report(report(), std::nullopt));
  EXPECT_TRUE(json.at("best").is_null());
  EXPECT_TRUE(json.at("test").is_null());
  EXPECT_TRUE(json.at("stop_reason").is_null());
  EXPECT_TRUE(json.at("finished_at").is_null());
  EXPECT_THAT(json.at("leaderboard"), IsEmpty());
  EXPECT_EQ(json.at("trials").at("planned"), 6);
}

TEST_F(Report, AsJsonIsValidWhateverTheName) {
  database.run("UPDATE sweeps SET name = CAST(x'61FF22' AS TEXT)");
  EXPECT_EQ(nlohmann::json::parse(json_report(report(), std::nullopt)).at("sweep"),
            "a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace hpsearch::reports
