// `hpsearch merge`: databases come together whole, once, and never over each other.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/runner/whole/shards.h"
#include "tests/support/old_database.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

void change(const std::filesystem::path& database, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(database.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

// All rows of the file, with their times.
std::string bytes_of(const std::filesystem::path& database) {
  std::string all;
  for (const char* table : {"sweeps", "trials", "epochs", "metrics", "events", "artifacts"}) {
    all += test::query(database, fmt::format("SELECT count(*) FROM {}", table)) + " ";
  }
  return all +
         test::query(database,
                     "SELECT group_concat(sweep_id || name || state || created_at || "
                     "active_seconds) FROM sweeps") +
         test::query(database, "SELECT group_concat(number || trial_id || state) FROM trials");
}

TEST(Merge, OfTheSameShardsAgainChangesNothing) {
  const Shards shards(small_sweep(), 2);
  shards.train_all();
  ASSERT_EQ(shards.merge().code, 0);
  const std::string once = bytes_of(shards.path() / "all.db");
  const auto again = shards.merge();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("shard-0.db: nothing new of sweep 'small'"));
  EXPECT_EQ(bytes_of(shards.path() / "all.db"), once);
  ASSERT_EQ(shards.end().code, 0);
  const std::string ended = bytes_of(shards.path() / "all.db");
  EXPECT_EQ(shards.merge().code, 0);
  EXPECT_EQ(bytes_of(shards.path() / "all.db"), ended);
}

TEST(Merge, OfSomeShardsLeavesGapsThatARunFills) {
  const Shards shards(small_sweep(9), 3);
  const RunFolder alone(small_sweep(9));
  ASSERT_EQ(alone.run().code, 0);
  ASSERT_EQ(shards.train(0).code, 0);
  ASSERT_EQ(shards.train(2).code, 0);
  const auto merged = shards.hpsearch({"merge", "all.db", "shard-2.db", "shard-0.db"});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_THAT(merged.err, HasSubstr("has 6 of 9 trials; to go on with it: hpsearch run FILE"));
  EXPECT_THAT(shards.hpsearch({"report", "--db", "all.db"}).out,
              AllOf(HasSubstr("6 of 9 complete; interrupted"), Not(HasSubstr("shard"))));
  ASSERT_EQ(shards.end().code, 0);
  EXPECT_EQ(shards.digest(), alone.digest());
}

// At the end of a finite space, where draws hardly find a new point, a trial takes one of those
// that no trial before it had. The rows behind a gap must not count.
TEST(Merge, LeavesGapsThatAreFilledAsInOneRunWhereTheSpaceIsUsedUp) {
  std::string rates;
  for (int i = 1; i <= 300; ++i) {
    rates += fmt::format("{}{}", i == 1 ? "" : ", ", i / 1000.0);
  }
  for (const int seed : {1, 2}) {
    const std::string yaml = fmt::format(
        "name: finite\nseed: {}\nrun_cap: 300\nmethod: random\ndataset: {{source: xor}}\n"
        "model: {{hidden: [2]}}\ntraining: {{epochs: 1}}\n"
        "parameters: {{learning_rate: {{values: [{}]}}}}\n",
        seed, rates);
    const RunFolder alone(yaml);
    ASSERT_EQ(alone.run().code, 0);
    const Shards shards(yaml, 4);
    ASSERT_EQ(shards.train(1).code, 0);
    ASSERT_EQ(shards.train(3).code, 0);
    ASSERT_EQ(shards.hpsearch({"merge", "all.db", "shard-1.db", "shard-3.db"}).code, 0);
    ASSERT_EQ(shards.end().code, 0);
    EXPECT_EQ(shards.digest(), alone.digest()) << "seed " << seed;
  }
}

TEST(Merge, TakesWhatAShardHasTrainedSince) {
  const Shards shards(small_sweep(8), 2);
  auto arguments = shards.arguments(0);
  arguments.insert(arguments.end(), {"--trials", "2"});
  ASSERT_EQ(shards.hpsearch(arguments).code, 0);
  ASSERT_EQ(shards.hpsearch({"merge", "all.db", "shard-0.db"}).code, 0);
  EXPECT_EQ(shards.query("SELECT count(*) FROM trials"), "2");
  ASSERT_EQ(shards.train(0).code, 0);
  ASSERT_EQ(shards.hpsearch({"merge", "all.db", "shard-0.db"}).code, 0);
  EXPECT_EQ(shards.query("SELECT group_concat(number) FROM trials"), "0,2,4,6");
  const double all = std::stod(shards.query("SELECT active_seconds FROM sweeps"));
  EXPECT_NEAR(all, std::stod(shards.query("SELECT active_seconds FROM sweeps", "shard-0.db")),
              1e-9);
}

TEST(Merge, RefusesDifferentBitsOfATrial) {
  const Shards shards(small_sweep(), 2);
  shards.train_all();
  ASSERT_EQ(shards.merge().code, 0);
  const std::string before = bytes_of(shards.path() / "all.db");
  change(shards.path() / "shard-1.db",
         "UPDATE epochs SET val_loss = val_loss + 1e-15 WHERE epoch = 2");
  const auto refused = shards.merge();
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("both have trial 1 and 2 more of sweep 'small'"),
                                 HasSubstr("different results")));
  EXPECT_EQ(bytes_of(shards.path() / "all.db"), before);
  const auto fresh = shards.hpsearch({"merge", "new.db", "shard-1.db", "all.db"});
  EXPECT_EQ(fresh.code, 2);
  EXPECT_FALSE(std::filesystem::exists(shards.path() / "new.db"));
}

TEST(Merge, CopiesSweepsOfOthersWithTheirFiles) {
  const Shards mine(small_sweep(), 2);
  ASSERT_EQ(mine.run().code, 0);
  RunFolder other(small_sweep(4, "description: theirs\n"));
  other.write("sweep.yaml", "name: other" + other.read("sweep.yaml").substr(11));
  ASSERT_EQ(other.run().code, 0);
  const auto merged =
      mine.hpsearch({"merge", "hpsearch.db", (other.path() / "hpsearch.db").string()});
  ASSERT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(mine.query("SELECT group_concat(name || state) FROM sweeps", "hpsearch.db"),
            "smallcomplete,othercomplete");
  EXPECT_EQ(mine.digest("hpsearch.db"), other.digest());  // of the newest
  const std::string path = mine.query(
      "SELECT path FROM artifacts JOIN trials USING(trial_id) WHERE sweep_id = 2 AND name = "
      "'weights'",
      "hpsearch.db");
  EXPECT_EQ(path, "hpsearch.db.files/sweep2/best.safetensors");
  EXPECT_EQ(mine.read(path), other.read("hpsearch.db.files/sweep1/best.safetensors"));
  EXPECT_THAT(mine.hpsearch({"export", "--format", "npz", "--sweep", "other"}).err,
              HasSubstr("wrote other.npz"));
  EXPECT_EQ(mine.query("SELECT count(*) FROM trials_other", "hpsearch.db"), "4");
  EXPECT_EQ(mine.query("PRAGMA integrity_check", "hpsearch.db"), "ok");
  EXPECT_EQ(mine.query("PRAGMA foreign_key_check", "hpsearch.db"), "");
}

TEST(Merge, NeverOverwritesAnotherSweepOfThatName) {
  const Shards mine(small_sweep(), 2);
  ASSERT_EQ(mine.run().code, 0);
  const RunFolder other(small_sweep(4, "method: sobol\n"));
  ASSERT_EQ(other.run().code, 0);
  const std::string theirs = (other.path() / "hpsearch.db").string();
  const std::string before = bytes_of(mine.path() / "hpsearch.db");
  const auto refused = mine.hpsearch({"merge", "hpsearch.db", theirs});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("another sweep named 'small'"), HasSubstr("method"),
                                 HasSubstr("--only small --as NAME")));
  EXPECT_EQ(bytes_of(mine.path() / "hpsearch.db"), before);
  const auto named =
      mine.hpsearch({"merge", "hpsearch.db", theirs, "--only", "small", "--as", "theirs"});
  EXPECT_EQ(named.code, 0) << named.err;
  EXPECT_EQ(mine.digest("hpsearch.db"), other.digest());
  EXPECT_EQ(mine.query("SELECT count(*) FROM trials_theirs", "hpsearch.db"), "4");
}

TEST(Merge, ReadsOlderDatabasesAndLeavesThemAsTheyAre) {
  const Shards folder("name: none\n", 1);
  test::restore_database("0.1.0", folder.path() / "old.db");
  const std::string before = folder.read("old.db");
  const auto merged = folder.hpsearch({"merge", "all.db", "old.db"});
  ASSERT_EQ(merged.code, 0) << merged.err;
  EXPECT_THAT(merged.err, HasSubstr("the file old.db.files/sweep1/best.safetensors is missing"));
  EXPECT_EQ(folder.digest(), "1967060f0f3e36b3");
  EXPECT_EQ(folder.read("old.db"), before);
  EXPECT_EQ(folder.query("SELECT count(*) FROM artifacts"), "0");
}

TEST(Merge, LeavesTheTargetWholeWhereverItIsKilled) {
  std::string yaml = small_sweep(60);
  const std::string training = "training: {epochs: 4, batch_size: 32}";
  yaml.replace(yaml.find(training), training.size(), "training: {epochs: 40, batch_size: 1024}");
  const Shards shards(yaml, 2);
  shards.train_all();
  ASSERT_EQ(shards.hpsearch({"merge", "all.db", "shard-0.db"}).code, 0);
  const std::string before = bytes_of(shards.path() / "all.db");
  ASSERT_EQ(shards.hpsearch({"merge", "target.db", "shard-0.db", "shard-1.db"}).code, 0);
  const std::string trials = "SELECT count(*) FROM trials";
  const auto all = shards.path() / "all.db";
  const auto kept = shards.path() / "kept.db";
  std::filesystem::copy_file(all, kept);
  int before_its_commit = 0;
  for (int kill = 0; kill < 8; ++kill) {
    for (const char* side : {"-wal", "-shm"}) {
      std::filesystem::remove(all.string() + side);
    }
    std::filesystem::copy_file(kept, all, std::filesystem::copy_options::overwrite_existing);
    test::Process process(shards.path(), {"merge", "all.db", "shard-1.db"});
    // Once it has opened the target, and every other time once it has begun to write there.
    const auto wal = all.string() + "-wal";
    process.wait_until([&] {
      std::error_code absent;
      const auto bytes = std::filesystem::file_size(wal, absent);
      return !absent && (kill % 2 == 0 || bytes > 0);
    });
    process.signal(SIGKILL);
    process.wait();
    EXPECT_EQ(shards.query("PRAGMA integrity_check"), "ok");
    const std::string now = shards.query(trials);
    if (now != "60") {
      EXPECT_EQ(bytes_of(all), before) << kill;
      ++before_its_commit;
    }
  }
  EXPECT_GT(before_its_commit, 0) << "no kill met the merge";
  ASSERT_EQ(shards.hpsearch({"merge", "all.db", "shard-1.db"}).code, 0);
  ASSERT_EQ(shards.end().code, 0);
  ASSERT_EQ(shards.end("target.db").code, 0);
  EXPECT_EQ(shards.digest(), shards.digest("target.db"));
}

// What brings nothing does not change what becomes of the others.
TEST(Merge, KeepsACompleteSweepCompleteBesideAnOlderCopyOfIt) {
  const RunFolder folder(small_sweep(6));
  ASSERT_EQ(folder.run({"--trials", "3"}).code, 0);
  const auto call = [&](const std::vector<std::string>& arguments) {
    return test::run_hpsearch(folder.path(), arguments);
  };
  ASSERT_EQ(call({"export", "--db-copy", "old.db"}).code, 0);
  ASSERT_EQ(folder.run().code, 0);
  const auto merged = call({"merge", "new.db", "hpsearch.db", "old.db"});
  ASSERT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(test::query(folder.path() / "new.db", "SELECT state FROM sweeps"), "complete");
  EXPECT_THAT(call({"report", "--db", "new.db"}).out, HasSubstr("weights: new.db.files/"));
}

TEST(Merge, SaysWhatItNeeds) {
  const Shards shards(small_sweep(), 1);
  EXPECT_EQ(shards.hpsearch({"merge", "all.db"}).code, 2);
  EXPECT_EQ(shards.hpsearch({"merge", "all.db", "none.db"}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(shards.path() / "all.db"));
  ASSERT_EQ(shards.run().code, 0);
  const auto itself = shards.hpsearch({"merge", "hpsearch.db", "hpsearch.db"});
  EXPECT_EQ(itself.code, 2);
  EXPECT_THAT(itself.err, HasSubstr("cannot be merged into itself"));
  EXPECT_EQ(shards.hpsearch({"merge", "all.db", "hpsearch.db", "--db", "x.db"}).code, 2);
}

}  // namespace
}  // namespace hpsearch::runner
