// Kills, signals, limits, changed files: nothing is lost and nothing is done twice.

#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string undisturbed_digest(const std::string& yaml) {
  const RunFolder folder(yaml);
  EXPECT_EQ(folder.run().code, 0);
  return folder.digest();
}

int count(const RunFolder& folder, const std::string& sql) {
  const std::string text = folder.query(sql);
  return text.empty() ? 0 : std::stoi(text);
}

constexpr char kEpochs[] = "SELECT count(*) FROM epochs";
constexpr char kFinished[] = "SELECT count(*) FROM trials WHERE finished_at IS NOT NULL";
// What a finished trial is: none of it may ever change.
constexpr char kFinishedRows[] =
    "SELECT group_concat(number || finished_at || attempt) FROM (SELECT * FROM trials WHERE "
    "finished_at IS NOT NULL "
    "ORDER BY finished_at, number LIMIT {})";

TEST(Resume, SurvivesFiveKillsOfTheQuickstart) {
  std::ifstream file(std::string(HPSEARCH_SOURCE_DIR) + "/configs/quickstart.yaml");
  const std::string yaml{std::istreambuf_iterator<char>(file), {}};
  const RunFolder folder(yaml);
  for (int kill = 1; kill <= 5; ++kill) {
    const int epochs_before = count(folder, kEpochs);
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    // A different moment each time: epochs of other trials, other shares of the sweep.
    EXPECT_TRUE(
        process.wait_until([&] { return count(folder, kEpochs) >= epochs_before + 20 * kill; }));
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().code, 128 + SIGKILL);
    EXPECT_GE(count(folder, kEpochs), epochs_before + 20 * kill);
  }
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), undisturbed_digest(yaml));
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state <> 'complete'"), "0");
  EXPECT_NE(folder.query("SELECT max(attempt) FROM trials"), "1");
}

TEST(Resume, RunsNoFinishedTrialTwice) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kFinished) >= 3; }));
  process.signal(SIGKILL);
  process.wait();
  const std::string finished = folder.query(kFinished);
  const std::string rows = fmt::format(kFinishedRows, finished);
  const std::string before = folder.query(rows);
  test::Process second(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(
      second.wait_until([&] { return count(folder, kFinished) >= std::stoi(finished) + 2; }));
  second.signal(SIGKILL);
  second.wait();
  EXPECT_EQ(folder.query(rows), before);
}

TEST(Resume, AnswersControlCWithTheCommandThatContinues) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const RunFolder folder(long_sweep());
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 10; }));
    process.signal(signal);
    const auto result = process.wait();
    EXPECT_EQ(result.code, 130);
    EXPECT_THAT(result.err, HasSubstr("To continue:\n  hpsearch run sweep.yaml --workers 2\n"));
    EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "interrupted signal");
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'running'"), "0");
    EXPECT_EQ(folder.query("SELECT DISTINCT reason FROM trials WHERE state = 'interrupted'"),
              "signal");
    EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name GLOB 'test_*'"), "0");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db.sweep1.lock"));
  }
}

TEST(Resume, GivesTheDigestOfAnUndisturbedRunAfterASignal) {
  std::string yaml = long_sweep();
  yaml.replace(yaml.find("run_cap: 400"), 12, "run_cap: 6  ");
  const RunFolder folder(yaml);
  for (int i = 1; i <= 2; ++i) {
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "3"});
    ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 30 * i; }));
    process.signal(SIGTERM);
    process.wait();
  }
  EXPECT_EQ(folder.run({"--workers", "1"}).code, 0);
  EXPECT_EQ(folder.digest(), undisturbed_digest(yaml));
}

TEST(Resume, RefusesASecondRunOfTheSameSweep) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 1; }));
  for (const char* option : {"--workers=1", "--fresh"}) {
    const auto second = folder.run({option});
    EXPECT_EQ(second.code, 1);
    EXPECT_THAT(second.err,
                StartsWith(fmt::format("hpsearch: sweep 'long' is being run by process {} on ",
                                       process.pid())));
  }
  // Another sweep in the same database is welcome.
  folder.write("other.yaml", small_sweep(2));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "other.yaml"}).code, 0);
  // A dead owner keeps nobody waiting.
  process.signal(SIGKILL);
  process.wait();
  test::Process third(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  EXPECT_TRUE(
      third.wait_until([&] { return count(folder, "SELECT max(attempt) FROM trials") >= 2; }));
}

TEST(Resume, RefusesASecondRunUnderAnotherNameOfTheDatabase) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 1; }));
  std::filesystem::create_symlink("hpsearch.db", folder.path() / "other.db");
  EXPECT_EQ(folder.run({"--db", "other.db"}).code, 1);
  EXPECT_THAT(folder.report({"--db", "other.db"}).out, HasSubstr(" complete; running\n"));
  std::filesystem::create_hard_link(folder.path() / "hpsearch.db", folder.path() / "third.db");
  EXPECT_THAT(folder.run({"--db", "third.db"}).err, HasSubstr("has a second name (a hard link)"));
}

TEST(Resume, RefusesAChangedFileAndNamesEachKey) {
  const RunFolder folder(small_sweep());
  folder.run();
  std::string changed = small_sweep(6, "metric: {name: val_loss}\n");
  changed.replace(changed.find("max: 0.3"), 8, "max: 0.5");
  changed.replace(changed.find("  l2: {min: 1e-6, max: 1e-2, scale: log}\n"), 41, "");
  folder.write("sweep.yaml", changed);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "hpsearch: sweep 'small' is already in hpsearch.db with a different configuration:\n"
            "  parameters.learning_rate.max: 0.3 -> 0.5\n"
            "  parameters.l2.min: 1e-6 -> (absent)\n"
            "  parameters.l2.max: 0.01 -> (absent)\n"
            "  parameters.l2.scale: log -> (absent)\n"
            "  metric.name: (absent) -> val_loss\n"
            "rename the sweep in this file, or start over with --fresh (the old results stay, as "
            "'small~1')\n");
}

TEST(Resume, TakesCommentsOrderDescriptionAndNotationForNoChange) {
  const RunFolder folder(small_sweep());
  folder.run();
  folder.write("sweep.yaml",
               "# the same in other words\n"
               "description: new\n"
               "parameters:\n"
               "  dropout: {max: 0.5, min: 0.0}\n"
               "  learning_rate: {min: 0.001, max: 0.3, scale: log}\n"
               "  l2: {scale: log, min: 0.000001, max: 0.01}\n"
               "training: {batch_size: 32, epochs: 4}\n"
               "model: {hidden: [16]}\n"
               "dataset: {source: digits}\n"
               "run_cap: 6\nseed: 3\nname: small\n");
  EXPECT_EQ(folder.run().code, 0);
}

TEST(Resume, TakesASeedOnTheCommandLineForAnEdit) {
  const RunFolder folder(small_sweep());
  folder.run({"--seed", "4"});
  EXPECT_THAT(folder.run().err, HasSubstr("  seed: 4 -> 3\n"));
  EXPECT_EQ(folder.run({"--seed", "4"}).code, 0);
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("seed: 3"), 7, "seed: 4");
  EXPECT_EQ(folder.digest(), undisturbed_digest(yaml));
}

TEST(Resume, BeginsAnewAndKeepsTheOld) {
  const RunFolder folder(small_sweep());
  folder.run();
  const std::string digest = folder.digest();
  EXPECT_EQ(folder.run({"--fresh"}).code, 0);
  EXPECT_EQ(folder.run({"--fresh"}).code, 0);
  EXPECT_EQ(
      folder.query("SELECT group_concat(name) FROM (SELECT name FROM sweeps ORDER BY sweep_id)"),
      "small~1,small~2,small");
  EXPECT_EQ(folder.query("SELECT count(*) FROM \"trials_small~1\""), "6");
  EXPECT_THAT(folder.report({"--sweep", "small~1"}).out, HasSubstr(digest));
  EXPECT_EQ(folder.digest(), digest);
}

TEST(Resume, ExtendsCutsAndRestoresByTheLimitAlone) {
  const std::string small = undisturbed_digest(small_sweep(4));
  const std::string large = undisturbed_digest(small_sweep(9));
  const RunFolder folder(small_sweep(4));
  folder.run();
  EXPECT_EQ(folder.digest(), small);
  folder.write("sweep.yaml", small_sweep(9));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), large);
  const std::string rows = fmt::format(kFinishedRows, 9);
  const std::string before = folder.query(rows);

  folder.write("sweep.yaml", small_sweep(4));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), small);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'interrupted' AND reason = "
                         "'beyond_stop' AND value > 0"),
            "5");
  EXPECT_EQ(folder.query("SELECT max(rank) FROM leaderboard"), "4");

  folder.write("sweep.yaml", small_sweep(9));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), large);
  EXPECT_EQ(folder.query(rows), before);  // nothing was trained again
  const std::string tests = "SELECT count(*) FROM metrics";
  EXPECT_EQ(folder.query(tests + " JOIN best_trials USING(trial_id) WHERE name GLOB 'test_*'"),
            "4");
  EXPECT_EQ(folder.query(tests + " WHERE name GLOB 'test_*'"), "4");
}

// Its trials do not end before the kill: of short ones all that have epochs may have ended.
TEST(Resume, StopsWhereATrialDoesNotRepeatItself) {
  std::string yaml = long_sweep();
  yaml.replace(yaml.find("epochs: 60"), 10, "epochs: 1000000");
  const RunFolder folder(yaml);
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 5; }));
  process.signal(SIGKILL);
  process.wait();
  ASSERT_GE(count(folder,
                  "SELECT count(*) FROM epochs JOIN trials USING(trial_id) WHERE epoch = 1 "
                  "AND finished_at IS NULL"),
            1);
  folder.query(
      "UPDATE epochs SET val_loss = val_loss * 1.0000000001 WHERE epoch = 1 AND trial_id IN "
      "(SELECT trial_id FROM trials WHERE finished_at IS NULL)");
  const auto result = folder.run();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("does not repeat itself: epoch 1 has val_loss "));
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "interrupted");
}

TEST(Resume, StartsATrialAgainThatAnotherMachineBegan) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kEpochs) >= 5; }));
  process.signal(SIGKILL);
  process.wait();
  folder.query("UPDATE epochs SET val_loss = val_loss * 1.0000000001");
  folder.query(
      "UPDATE events SET detail_json = json_set(detail_json, '$.fingerprint', 'another') "
      "WHERE kind = 'run_started'");
  const int finished = count(folder, kFinished);
  test::Process second(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(second.wait_until([&] { return count(folder, kFinished) >= finished + 4; }));
  second.signal(SIGTERM);
  const auto result = second.wait();
  EXPECT_EQ(result.code, 130);
  EXPECT_THAT(
      result.err,
      HasSubstr(
          "unfinished trials start again: they were begun on another CPU or by another build"));
}

TEST(Resume, KeepsFinishedTrialsOfAnotherMachineThatALimitHadCutOff) {
  const RunFolder folder(small_sweep(6));
  folder.run();
  folder.write("sweep.yaml", small_sweep(3));
  folder.run();
  folder.query(
      "UPDATE events SET detail_json = json_set(detail_json, '$.fingerprint', 'another') "
      "WHERE kind = 'run_started'");
  folder.write("sweep.yaml", small_sweep(6));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), undisturbed_digest(small_sweep(6)));
  EXPECT_EQ(folder.query("SELECT max(attempt) FROM trials"), "1");
}

TEST(Resume, CallsAKilledSweepInterrupted) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return count(folder, kFinished) >= 1; }));
  EXPECT_THAT(folder.report().out, HasSubstr(" complete; running\n"));
  process.signal(SIGKILL);
  process.wait();
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "running");  // nobody was there to change it
  EXPECT_THAT(folder.report().out, HasSubstr(" complete; interrupted\n"));
  folder.write("other.yaml", small_sweep(1));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "other.yaml"}).code, 0);
  EXPECT_EQ(folder.query("SELECT state FROM sweeps WHERE name = 'long'"), "interrupted");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'running'"), "0");
}

TEST(Resume, RefusesDataThatHasChanged) {
  const RunFolder folder(small_sweep());
  const std::filesystem::path source = std::string(HPSEARCH_SOURCE_DIR) + "/configs/data/digits";
  for (const char* name : {"images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"}) {
    std::filesystem::create_directory(folder.path() / "data");
    std::filesystem::copy_file(source / name, folder.path() / "data" / name);
  }
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("digits"), 6, "./data");
  folder.write("sweep.yaml", yaml);
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.run().code, 0);
  // Another gzip of the same pixels is another file.
  EXPECT_EQ(
      std::system(("gunzip " + (folder.path() / "data/images-idx3-ubyte.gz").string()).c_str()), 0);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("  data file images-idx3-ubyte.gz: "));
  EXPECT_THAT(result.err, HasSubstr("  data file images-idx3-ubyte: (absent) -> "));
}

}  // namespace
}  // namespace hpsearch::runner
