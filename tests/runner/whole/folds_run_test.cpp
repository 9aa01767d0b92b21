// Trials in folds and ensembles, with the real program.
#include <cmath>
#include <csignal>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/whole/folds_sweeps.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FoldsRun, FindsTheSameWithAnyNumberOfWorkersAndIsShown) {
  std::set<std::string> digests;
  for (const char* workers : {"1", "2", "3"}) {
    const Table folder(folds_sweep(", folds: 4", ""));
    const auto result = folder.run({"--workers", workers});
    ASSERT_EQ(result.code, 0) << result.err;
    digests.insert(folder.digest());
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials t WHERE state = 'complete' AND best_epoch "
                           "IS NULL AND abs(value - (SELECT avg(value) FROM replicates r WHERE "
                           "r.trial_id = t.trial_id)) < 1e-12"),
              "4");
    EXPECT_EQ(folder.query("SELECT count(*) FROM replicates WHERE state = 'complete'"), "16");
    EXPECT_EQ(folder.query("SELECT count(*) || ' ' || sum(weight) FROM ensemble_members"), "4 1.0");
    EXPECT_THAT(result.out, HasSubstr("(mean of 4 folds, standard error"));
    EXPECT_THAT(result.out, HasSubstr("ensemble: 4 networks of 1 trial"));
    EXPECT_THAT(result.out, HasSubstr("(of the ensemble)"));
    EXPECT_FALSE(
        std::filesystem::exists(folder.path() / "hpsearch.db.files" / "folds-1" / "candidates"));
    const std::string best = folder.query("SELECT trial FROM best_trials");
    EXPECT_THAT(folder.call({"show", best}).out, HasSubstr("the mean of 4 folds"));
    EXPECT_EQ(folder.call({"report", "--html", "r.html"}).code, 0);
    EXPECT_THAT(folder.call({"check", "sweep.yaml"}).out,
                HasSubstr("4 folds, one network for each"));
  }
  EXPECT_EQ(digests.size(), 1U);
}

TEST(FoldsRun, SurvivesKills) {
  const std::string yaml = folds_sweep(", folds: 3", "ensemble: {trials: 6, steps: 10}\n", 400);
  const Table undisturbed(yaml);
  ASSERT_EQ(undisturbed.run().code, 0);
  const Table folder(yaml);
  int epochs = 0;
  for (int kill = 1; kill <= 4; ++kill) {
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    const auto done = [&] {
      const std::string text = folder.query("SELECT count(*) FROM epochs");
      return text.empty() ? 0 : std::stoi(text);
    };
    EXPECT_TRUE(process.wait_until([&] { return done() >= epochs + 60 * kill; }));
    process.signal(SIGKILL);
    process.wait();
    epochs = done();
  }
  const auto result = folder.run({"--workers", "3"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.digest(), undisturbed.digest());
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state <> 'complete'"), "0");
}

// The mean of the members' predictions, from a model of each one alone.
TEST(FoldsRun, PredictsWithAllNetworks) {
  const Table folder(folds_sweep(", folds: 3", ""));
  ASSERT_EQ(folder.run().code, 0);
  const auto predicted = folder.call({"predict", "new.csv", "--probabilities"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const auto rows = test::csv_body(predicted.out);
  ASSERT_EQ(rows.size(), 40U);
  for (const auto& row : rows) {
    double sum = 0.0;
    for (std::size_t c = 1; c < row.size(); ++c) {
      sum += std::stod(row[c]);
    }
    EXPECT_NEAR(sum, 1.0, 1e-5);
  }
  // Its test metric is that of its own predictions of the test part.
  std::ifstream file(folder.path() / folder.query("SELECT path FROM artifacts WHERE name = "
                                                  "'prediction_table'"));
  const std::string csv{std::istreambuf_iterator<char>(file), {}};
  double right = 0.0;
  const auto tested = test::csv_body(csv);
  for (const auto& row : tested) {
    right += row.at(1) == row.at(2) ? 1.0 : 0.0;
  }
  ASSERT_FALSE(tested.empty());
  EXPECT_NEAR(right / static_cast<double>(tested.size()),
              std::stod(folder.query("SELECT value FROM ensemble_metrics WHERE name = "
                                     "'test_accuracy'")),
              1e-9);
  const auto judged = folder.call({"eval", "new.csv", "--json"});
  EXPECT_EQ(judged.code, 0) << judged.err;
}

// Out-of-fold rows: each is judged by the network that has not seen it.
TEST(FoldsRun, MeasuresTheEnsembleOnAllRowsOutsideTheTestPart) {
  const Table folder(folds_sweep(", folds: 5", ""));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT rows FROM ensembles"), "208");
  // Folds of 41 or 42 rows each: the accuracy over all rows is the weighted mean of the folds'.
  const double accuracy =
      std::stod(folder.query("SELECT value FROM ensemble_metrics WHERE name = 'val_accuracy'"));
  EXPECT_NEAR(accuracy, std::stod(folder.query("SELECT value FROM best_trials")), 0.01);
}

// Expanding windows: the first quarter of the rows outside the test part judges no network.
TEST(FoldsRun, TrainsRowsInOrderOnThoseBeforeTheirJudges) {
  const std::string yaml = folds_sweep(", folds: 3, order: b", "");
  const Table folder(yaml);
  const auto result = folder.run({"--workers", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM replicates WHERE state = 'complete'"), "12");
  const int judged = std::stoi(folder.query("SELECT rows FROM ensembles"));
  const int all =
      std::stoi(folder.query("SELECT json_extract(data_json, '$.rows') - json_extract(data_json, "
                             "'$.test_rows') FROM sweeps"));
  EXPECT_NEAR(judged, 0.75 * all, 4.0) << "but for rows of one time";
  EXPECT_THAT(folder.call({"check", "sweep.yaml"}).out,
              HasSubstr("3 folds, one network for each, trained on all rows before its own"));
  EXPECT_THAT(folder.query("SELECT data_json FROM sweeps"), HasSubstr("\"folds\":3"));
  EXPECT_EQ(folder.call({"predict", "new.csv"}).code, 0);
  const Table again(yaml);
  ASSERT_EQ(again.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(again.digest(), folder.digest());
  const auto changed = folder.run({"--set", "dataset.order=a"});
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr("order"));
}

TEST(EnsembleRun, TrainsTheWinnerInFolds) {
  const Table folder(folds_sweep("", "ensemble: {folds: 5}\n"));
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT kind || ' ' || rows FROM ensembles"), "folds 208");
  EXPECT_EQ(folder.query("SELECT count(*) FROM ensemble_members"), "5");
  EXPECT_EQ(folder.query("SELECT count(*) FROM replicates WHERE fold IS NOT NULL"), "0");
  EXPECT_EQ(folder.call({"predict", "new.csv"}).code, 0);
  const std::string digest = folder.digest();
  const Table again(folds_sweep("", "ensemble: {folds: 5}\n"));
  ASSERT_EQ(again.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(again.digest(), digest);
}

TEST(EnsembleRun, ChoosesAmongTheBestTrials) {
  for (const char* folds : {"", ", folds: 3"}) {
    const std::string yaml = folds_sweep(folds, "ensemble: {trials: 4, steps: 12}\n", 8);
    const Table folder(yaml);
    const auto result = folder.run({"--workers", "2"});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("again for the ensemble"))) << "weights are kept";
    EXPECT_EQ(folder.query("SELECT kind FROM ensembles"), "trials");
    EXPECT_EQ(folder.query("SELECT abs(sum(weight) - 1) < 1e-12 FROM ensemble_members"), "1");
    // A prefix of at least one step is no worse than its first candidates alone.
    EXPECT_EQ(folder.query("SELECT (SELECT value FROM ensemble_metrics WHERE name = 'val_loss') <= "
                           "(SELECT value FROM ensemble_metrics WHERE name = 'best_val_loss')"),
              "1");
    EXPECT_EQ(folder.query("SELECT count(*) FROM ensemble_members m JOIN (SELECT trial_id FROM "
                           "leaderboard WHERE rank <= 4) USING(trial_id)"),
              folder.query("SELECT count(*) FROM ensemble_members"));
    // Where the best trial is the whole ensemble, it gains nothing over itself.
    const bool alone = folder.query(
                           "SELECT count(DISTINCT trial_id) || (SELECT trial_id FROM "
                           "best_trials) FROM ensemble_members") ==
                       folder.query("SELECT '1' || max(trial_id) FROM ensemble_members");
    EXPECT_EQ(result.out.find("gain: val_loss") == std::string::npos, alone);
    EXPECT_EQ(folder.call({"predict", "new.csv"}).code, 0);
    const std::string digest = folder.digest();
    // Its YAML makes the same ensemble from its trials alone.
    folder.write("sweep.yaml", folder.report({"--best"}).out);
    const auto remade = folder.run({"--db", "again.db"});
    ASSERT_EQ(remade.code, 0) << remade.err;
    constexpr char kWeights[] =
        "SELECT group_concat(printf('%.12f', weight) || ' ' || epoch, ', ') FROM "
        "(SELECT * FROM ensemble_members ORDER BY member)";
    constexpr char kLoss[] =
        "SELECT printf('%!.17g', value) FROM ensemble_metrics WHERE name = 'test_loss'";
    EXPECT_EQ(test::query(folder.path() / "again.db", kWeights), folder.query(kWeights));
    EXPECT_EQ(test::query(folder.path() / "again.db", kLoss), folder.query(kLoss));
    // Weights that are lost are trained again, and all is the same.
    const Table other(yaml);
    ASSERT_EQ(other.run({"--trials", "7"}).code, 0);
    std::filesystem::remove_all(other.path() / "hpsearch.db.files");
    const auto rest = other.run({"--workers", "3"});
    ASSERT_EQ(rest.code, 0) << rest.err;
    EXPECT_THAT(rest.err, HasSubstr("again for the ensemble"));
    EXPECT_EQ(other.digest(), digest);
  }
}

// Other trials' networks are trained again in memory: a mean of their folds', too.
TEST(FoldsRun, PredictsWithATrialWhoseWeightsAreNotKept) {
  const Table folder(folds_sweep(", folds: 3", ""));
  ASSERT_EQ(folder.run().code, 0);
  const std::string best = folder.query("SELECT trial FROM best_trials");
  const auto kept = folder.call({"predict", "new.csv", "--probabilities"});
  folder.query("DELETE FROM artifacts");
  const auto again = folder.call({"predict", "new.csv", "--probabilities", "--trial", best});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("again in 3 folds"));
  EXPECT_EQ(again.out, kept.out);
}

TEST(EnsembleRun, RefitsOnAllRows) {
  for (const char* kind : {"folds: 3, refit: true", "trials: 3, refit: true"}) {
    const Table folder(folds_sweep("", fmt::format("ensemble: {{{}}}\n", kind)));
    const auto result = folder.run();
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("on all 260 rows"));  // the test part, too
    EXPECT_EQ(folder.call({"predict", "new.csv"}).code, 0);
    const std::string digest = folder.digest();
    EXPECT_EQ(folder.run().code, 0);
    EXPECT_EQ(folder.digest(), digest);
  }
}

TEST(EnsembleRun, RegressionsAverageNumbers) {
  std::string yaml = folds_sweep(", folds: 3", "ensemble: {trials: 3}\n");
  const auto replace = [&](const std::string& from, const std::string& to) {
    yaml.replace(yaml.find(from), from.size(), to);
  };
  replace("target: kind", "target: b, columns: {drop: [kind]}");
  replace("val_accuracy", "val_rmse");
  const Table folder(yaml);
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const auto predicted = folder.call({"predict", "new.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  for (const auto& row : test::csv_body(predicted.out)) {
    EXPECT_GT(std::stod(row.at(0)), -20.0);
    EXPECT_LT(std::stod(row.at(0)), 30.0);
  }
}

// An ensemble of one trial is that trial: its loss is the one that training has stored.
TEST(EnsembleRun, HasTheLossOfTraining) {
  for (const char* loss : {"mse", "l1", "huber"}) {
    SCOPED_TRACE(loss);
    std::string yaml = folds_sweep("", fmt::format("ensemble: {{trials: 1, steps: 1}}\n"));
    const auto replace = [&](const std::string& from, const std::string& to) {
      yaml.replace(yaml.find(from), from.size(), to);
    };
    replace("target: kind", "target: b, columns: {drop: [kind]}");
    replace("val_accuracy", "val_loss");
    replace("training: {", fmt::format("training: {{loss: {}, ", loss));
    const Table folder(yaml);
    const auto result = folder.run();
    ASSERT_EQ(result.code, 0) << result.err;
    const double stored = std::stod(folder.query("SELECT value FROM best_trials"));
    const double ensemble =
        std::stod(folder.query("SELECT value FROM ensemble_metrics WHERE name = 'val_loss'"));
    EXPECT_NEAR(ensemble, stored, 1e-4 * stored);
  }
}

TEST(FoldsRun, RefusesWhatDoesNotGoTogether) {
  const auto refused = [](const std::string& dataset, const std::string& more) {
    const Table folder(folds_sweep(dataset, more));
    const auto result = folder.run();
    EXPECT_EQ(result.code, 2);
    return result.err;
  };
  EXPECT_THAT(refused(", folds: 3, validation: 0.2", ""),
              HasSubstr("leave 'folds' or 'validation'"));
  EXPECT_THAT(refused(", folds: 1", ""), HasSubstr("folds"));
  EXPECT_THAT(refused("", "ensemble: {}\n"), HasSubstr("'ensemble' needs 'folds'"));
  EXPECT_THAT(refused("", "ensemble: {folds: 3, trials: 4}\n"), HasSubstr("two kinds of ensemble"));
  EXPECT_THAT(refused("", "ensemble: {folds: 3, steps: 4}\n"), HasSubstr("'steps' goes with"));
  EXPECT_THAT(refused(", folds: 3", "ensemble: {folds: 4}\n"), HasSubstr("dataset.folds: 3"));
}

}  // namespace
}  // namespace hpsearch::runner
