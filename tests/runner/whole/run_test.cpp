// The real program on real data: what a run promises.

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Run, TrainsEveryTrialAndPrintsTheAnswer) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(
      result.out,
      StartsWith(
          "small: random search, maximize val_accuracy\ntrials: 6 of 6 complete\nepochs: 24 in "));
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete' AND attempt = 1"),
            "6");
  EXPECT_EQ(folder.query("SELECT count(*) FROM epochs"), "24");
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
  EXPECT_EQ(folder.query("SELECT count(*) FROM params"), "18");
  EXPECT_EQ(folder.query("SELECT min(unit) >= 0 AND max(unit) <= 1 FROM params"), "1");
}

TEST(Run, RanksByTheBestEpochAndTakesTheFirstOnATie) {
  const RunFolder folder(small_sweep());
  folder.run();
  EXPECT_EQ(
      folder.query(
          "SELECT count(*) FROM trials t WHERE value <> (SELECT max(val_accuracy) FROM epochs e "
          "WHERE e.trial_id = t.trial_id)"),
      "0");
  EXPECT_EQ(
      folder.query(
          "SELECT count(*) FROM trials t WHERE best_epoch <> (SELECT min(epoch) FROM epochs e "
          "WHERE e.trial_id = t.trial_id AND e.val_accuracy = t.value)"),
      "0");
  EXPECT_EQ(folder.query("SELECT trial FROM best_trials"),
            folder.query("SELECT number FROM trials ORDER BY value DESC, number LIMIT 1"));
}

TEST(Run, ComputesTheTestMetricForTheWinnerAlone) {
  const RunFolder folder(small_sweep());
  folder.run();
  EXPECT_EQ(
      folder.query("SELECT group_concat(name || '@' || epoch || '#' || trial_id) FROM "
                   "(SELECT * FROM metrics WHERE name GLOB 'test_*' ORDER BY name)"),
      folder.query("SELECT group_concat(name || '@' || best_epoch || '#' || trial_id) FROM "
                   "best_trials, (SELECT 'test_accuracy' AS name UNION SELECT "
                   "'test_balanced_accuracy' UNION SELECT 'test_f1' UNION SELECT 'test_loss')"));
}

TEST(Run, HasNoTestMetricWhereThereIsNoTestPart) {
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("{source: digits}"), 16, "{source: digits, test: none}");
  const RunFolder folder(yaml);
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name GLOB 'test_*'"), "0");
}

TEST(Run, GivesTheSameDigestWithAnyNumberOfWorkers) {
  std::string first;
  for (const char* workers : {"1", "2", "3", "8"}) {
    const RunFolder folder(small_sweep());
    EXPECT_EQ(folder.run({"--workers", workers}).code, 0);
    first = first.empty() ? folder.digest() : first;
    EXPECT_EQ(folder.digest(), first) << workers << " workers";
  }
}

TEST(Run, IsDoneAtOnceWhenItWasComplete) {
  const RunFolder folder(small_sweep());
  folder.run();
  const std::string before = folder.query("SELECT group_concat(finished_at) FROM trials");
  const auto again = folder.run();
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err,
              HasSubstr("sweep 'small' is already complete; raise run_cap to extend it\n"));
  EXPECT_THAT(again.out, HasSubstr("trials: 6 of 6 complete\n"));
  EXPECT_EQ(folder.query("SELECT group_concat(finished_at) FROM trials"), before);
}

TEST(Run, RecordsADivergedTrialAndGoesOn) {
  std::string yaml = small_sweep(8);
  yaml.replace(yaml.find("max: 0.3"), 8, "max: 1e9");
  const RunFolder folder(yaml);
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_NE(folder.query("SELECT count(*) FROM trials WHERE state = 'diverged'"), "0");
  EXPECT_NE(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'diverged' AND "
                         "(value IS NOT NULL OR score IS NOT NULL OR best_epoch IS NOT NULL)"),
            "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials t WHERE state = 'diverged' AND NOT EXISTS "
                         "(SELECT 1 FROM epochs e "
                         "WHERE e.trial_id = t.trial_id AND e.epoch = t.epochs_done AND "
                         "e.nonfinite LIKE '%loss%')"),
            "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM epochs WHERE nonfinite LIKE '%train_loss%' AND "
                         "train_loss IS NOT NULL"),
            "0");
}

TEST(Run, SaysSoWhenNoTrialIsComplete) {
  std::string yaml = small_sweep(3);
  yaml.replace(yaml.find("min: 1e-3, max: 0.3"), 19, "min: 1e15, max: 1e16");
  const RunFolder folder(yaml);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.out, HasSubstr("trials: 0 of 3 complete, 3 diverged\n"));
  EXPECT_THAT(result.out, HasSubstr("best: none, no trial is complete\n"));
  EXPECT_EQ(folder.report({"--best"}).code, 3);
}

TEST(Run, FailsTheTrialThatDoesNotFitIntoMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizers end a process that runs out of memory instead of throwing";
#endif
  std::string yaml = small_sweep(1);
  yaml.replace(yaml.find("[16]"), 4, "[1000000, 1000000]");
  const RunFolder folder(yaml);
  EXPECT_EQ(folder.run().code, 3);
  EXPECT_EQ(folder.query("SELECT state || ': ' || reason FROM trials"), "failed: out of memory");
}

TEST(Run, TrainsTheBestTrialAgainToTheSameBits) {
  const RunFolder folder(small_sweep());
  folder.run();
  folder.write("best.yaml", folder.report({"--best"}).out);
  const auto again = test::run_hpsearch(folder.path(), {"run", "best.yaml", "--db", "best.db"});
  EXPECT_EQ(again.code, 0) << again.err;
  const std::string columns =
      "SELECT group_concat(e.epoch || ' ' || printf('%!.17g %!.17g %!.17g', train_loss, val_loss, "
      "grad_norm)) "
      "FROM epochs e JOIN best_trials USING(trial_id)";
  EXPECT_NE(folder.query(columns), "");
  EXPECT_EQ(test::query(folder.path() / "best.db", columns), folder.query(columns));
  EXPECT_EQ(
      test::query(folder.path() / "best.db", "SELECT value FROM metrics WHERE name = 'test_loss'"),
      folder.query("SELECT value FROM metrics WHERE name = 'test_loss'"));
}

TEST(Run, ReportsAsJson) {
  const RunFolder folder(small_sweep());
  folder.run();
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["sweep"], "small");
  EXPECT_EQ(json["trials"]["complete"], 6);
  EXPECT_EQ(json["digest"], folder.digest());
  EXPECT_EQ(json["leaderboard"].size(), 6U);
  EXPECT_EQ(std::to_string(json["best"]["trial"].get<int>()),
            folder.query("SELECT trial FROM best_trials"));
  const auto best = nlohmann::json::parse(folder.report({"--best", "--json"}).out);
  EXPECT_THAT(best["yaml"].get<std::string>(), StartsWith("name: small-trial"));
}

TEST(Run, ReadsAllFilesBeforeItRunsTheFirst) {
  const RunFolder folder(small_sweep());
  folder.write("bad.yaml", "dataset: {source: digits}\nrun_kap: 3\n");
  const auto result = test::run_hpsearch(folder.path(), {"run", "sweep.yaml", "bad.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "bad.yaml:2:1: error: unknown key 'run_kap'; did you mean 'run_cap'?\n"
            "run_kap: 3\n"
            "^\n");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(Run, ChecksTheDataOfAllFilesBeforeItRunsTheFirst) {
  const RunFolder folder(small_sweep());
  folder.write("bad.yaml", "dataset: {source: ./nowhere}\n");
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "sweep.yaml", "bad.yaml"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(Run, GoesOnAfterASweepWithoutACompleteTrial) {
  std::string hopeless = small_sweep(1);
  hopeless.replace(hopeless.find("min: 1e-3, max: 0.3"), 19, "min: 1e15, max: 1e16");
  hopeless.replace(hopeless.find("small"), 5, "hopeless");
  const RunFolder folder(small_sweep(2));
  folder.write("hopeless.yaml", hopeless);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "hopeless.yaml", "sweep.yaml"}).code, 3);
  EXPECT_EQ(folder.query("SELECT group_concat(state) FROM sweeps"), "complete,complete");
}

TEST(Run, TrainsOnWithoutAnybodyToTell) {
  for (const char* where : {"2>&-", "2>/dev/full", "2>&1 | head -n 1"}) {
    const RunFolder folder(small_sweep());
    const std::string command = "cd '" + folder.path().string() + "' && '" + HPSEARCH_BINARY +
                                "' run sweep.yaml " + where + " >/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << where;
    EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "complete") << where;
  }
}

TEST(Run, EndsInOrderWhenARowCannotBeRead) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until(
      [&] { return folder.query("SELECT count(*) FROM trials WHERE number = 1") == "1"; }));
  process.signal(SIGTERM);
  process.wait();
  folder.query(
      "UPDATE trials SET params_json = 'x', finished_at = NULL, state = 'interrupted' "
      "WHERE number = 1");
  const auto result = folder.run({"--workers", "2"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("params_json is not a JSON object: x\n"));
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "interrupted");
}

TEST(Run, NoticesThatItsDatabaseIsGone) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(
      process.wait_until([&] { return folder.query("SELECT count(*) FROM epochs") > "0"; }));
  std::filesystem::remove(folder.path() / "hpsearch.db");
  const auto result = process.wait();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              HasSubstr("hpsearch.db: was removed or replaced while this run wrote to it; "));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(Run, KeepsNamesFromSteeringTheTerminal) {
  const RunFolder folder("dataset: {source: \"./\\e]0;x\\a\\e[31m\"}\n");
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, Not(HasSubstr("\033")));
  EXPECT_THAT(result.err, HasSubstr("?]0;x??[31m"));
  folder.write("sweep.yaml", "name: \"a\\x9b31m\"\ndataset: {source: digits}\n");
  EXPECT_THAT(folder.run().err, HasSubstr("no control characters"));
}

TEST(Run, NamesThePackageOfADataSetThatIsMissing) {
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("digits"), 6, "./nowhere");
  const RunFolder folder(yaml);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("nowhere"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(Run, FailsWhereTheOutputCannotBeWritten) {
  const RunFolder folder(small_sweep());
  folder.run();
  const std::string command =
      "cd '" + folder.path().string() + "' && '" + HPSEARCH_BINARY + "' report >/dev/full 2>err";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

TEST(Run, PrintsPlainLinesToAPipe) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run();
  EXPECT_THAT(result.err, Not(HasSubstr("\r")));
  EXPECT_THAT(result.err, Not(HasSubstr("\033")));
  EXPECT_THAT(result.err, StartsWith("small: 6 trials to train on "));
}

}  // namespace
}  // namespace hpsearch::runner
