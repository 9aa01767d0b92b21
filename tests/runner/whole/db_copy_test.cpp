// `export --db-copy`: one sweep as a database of its own, also while it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/whole/shards.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(DbCopy, OfAnEndedSweepHasEverything) {
  const Shards folder(small_sweep(), 1);
  ASSERT_EQ(folder.run().code, 0);
  const auto copied = folder.hpsearch({"export", "--db-copy", "copy.db"});
  ASSERT_EQ(copied.code, 0) << copied.err;
  EXPECT_THAT(copied.err, HasSubstr("wrote copy.db: sweep 'small' with 6 trials"));
  EXPECT_EQ(folder.digest("copy.db"), folder.digest("hpsearch.db"));
  EXPECT_EQ(findings(folder.path() / "copy.db"), findings(folder.path() / "hpsearch.db"));
  EXPECT_EQ(folder.read("copy.db.files/sweep1/best.safetensors"),
            folder.read("hpsearch.db.files/sweep1/best.safetensors"));
  const std::string events = "SELECT group_concat(at || kind || detail_json) FROM events";
  EXPECT_EQ(folder.query(events, "copy.db"), folder.query(events, "hpsearch.db"));
  const auto run = folder.end("copy.db");
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, HasSubstr("sweep 'small' is already complete"));
}

TEST(DbCopy, OfARunningSweepIsAWholeBeginningOfIt) {
  const Shards folder(long_sweep(), 1);
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  const std::string done = "SELECT count(*) FROM trials WHERE state = 'complete'";
  for (int copy = 0; copy < 3; ++copy) {
    ASSERT_TRUE(process.wait_until([&] {
      const std::string text = folder.query(done, "hpsearch.db");
      return !text.empty() && std::stoi(text) >= 3 * (copy + 1);
    }));
    const std::string name = fmt::format("copy-{}.db", copy);
    const auto copied = folder.hpsearch({"export", "--db-copy", name});
    ASSERT_EQ(copied.code, 0) << copied.err;
    EXPECT_EQ(folder.query("PRAGMA integrity_check", name), "ok");
    EXPECT_EQ(folder.query("SELECT state FROM sweeps", name), "interrupted");
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'running'", name), "0");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / (name + "-wal")));
    // The epochs of each training are whole: their numbers have no gap.
    EXPECT_EQ(
        folder.query("SELECT count(*) FROM (SELECT 1 FROM epochs GROUP BY trial_id, replicate "
                     "HAVING max(epoch) <> count(*))",
                     name),
        "0");
  }
  process.signal(SIGTERM);
  process.wait();
  // What the last copy has ended, the original has with the same bits.
  const std::string figures =
      "SELECT group_concat(number || value || params_json || epochs_done) FROM (SELECT * FROM "
      "trials "
      "WHERE state = 'complete' AND number < 6 ORDER BY number)";
  EXPECT_EQ(folder.query(figures, "copy-2.db"), folder.query(figures, "hpsearch.db"));
}

TEST(DbCopy, OverwritesNothing) {
  const Shards folder(small_sweep(2), 1);
  ASSERT_EQ(folder.run().code, 0);
  folder.write("taken.db", "mine");
  const auto refused = folder.hpsearch({"export", "--db-copy", "taken.db"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("taken.db"));
  EXPECT_EQ(folder.read("taken.db"), "mine");
  EXPECT_EQ(folder.hpsearch({"export", "--db-copy", "hpsearch.db"}).code, 2);
  const auto both = folder.hpsearch({"export", "--db-copy", "new.db", "--format", "jsonl"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, AllOf(HasSubstr("--db-copy"), HasSubstr("leave --format out")));
}

}  // namespace
}  // namespace hpsearch::runner
