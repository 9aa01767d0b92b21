// Databases of earlier programs, against the figures that these printed.
#include "tests/support/old_database.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/database.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;

class OldFile : public testing::Test {
 protected:
  explicit OldFile(const std::string& version) { test::restore_database(version, file); }

  std::vector<std::string> leaderboard() {
    std::vector<std::string> rows;
    const auto queries = open_queries(file);
    for (const LeaderboardRow& row : queries->leaderboard("old", 10)) {
      rows.push_back(
          fmt::format("{} {} {:.4f} {}", row.rank, row.trial, row.value, row.best_epoch));
    }
    return rows;
  }
  // Everything, in the words of SQLite.
  std::vector<std::string> contents() {
    std::vector<std::string> rows;
    Sql sql(file);
    for (const char* table : {"sweeps", "stages", "trials", "params", "epochs", "metrics",
                              "replicates", "events", "artifacts", "migrations"}) {
      // Later versions have more columns.
      const std::string columns = sql.row(
          std::string("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('") +
          table + "') WHERE name NOT IN ('violation', 'archived_at') ORDER BY cid)");
      for (const std::string& row : sql.rows("SELECT " + columns + " FROM " + table)) {
        rows.push_back(std::string(table) + " " + row);
      }
    }
    return rows;
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "old.db";
};

class Version010 : public OldFile {
 protected:
  Version010() : OldFile("0.1.0") {}
};

constexpr const char* kLeaderboard[] = {"1 3 0.6129 3", "2 1 0.6427 3", "3 2 0.6767 3",
                                        "4 0 0.6824 2"};

TEST_F(Version010, IsReadWithoutAChange) {
  const auto before = contents();
  EXPECT_THAT(leaderboard(), testing::ElementsAreArray(kLeaderboard));
  const auto queries = open_queries(file);
  const SweepRow sweep = queries->newest_sweep().value();
  EXPECT_EQ(sweep.state, SweepState::kComplete);
  EXPECT_EQ(sweep.stop_reason, StopReason::kRunCap);
  EXPECT_EQ(events_of<RunStarted>(*queries, sweep.sweep_id).at(0).run_cap, 4);
  EXPECT_EQ(events_of<StageStarted>(*queries, sweep.sweep_id).at(0).epochs, 3);
  EXPECT_EQ(events_of<RunEnded>(*queries, sweep.sweep_id).at(0).reason, StopReason::kRunCap);
  for (const TrialRow& trial : queries->trials(sweep.sweep_id)) {
    EXPECT_EQ(trial.origin, Origin::kSampler);
    EXPECT_EQ(queries->epochs(trial.trial_id).size(), 3U);
  }
  EXPECT_EQ(contents(), before);
}

TEST_F(Version010, IsOpenedToWriteWithAllThatItHolds) {
  const auto before = contents();
  const auto store = open_store(file, "9.9");
  // Later versions add tables, and a row each to `migrations`, the last of the contents.
  auto after = contents();
  ASSERT_EQ(after.size(), before.size() + (kSchemaVersion - 3));
  after.resize(before.size());
  EXPECT_EQ(after, before);
  EXPECT_THAT(leaderboard(), testing::ElementsAreArray(kLeaderboard));
  const SweepRow sweep = store->find_sweep("OLD").value();
  EXPECT_THAT(store->trials(sweep.sweep_id), testing::SizeIs(4));
  EXPECT_THAT(Sql(file).rows("PRAGMA integrity_check"), ElementsAre("ok"));
  store->begin_run(sweep.sweep_id, {"name: old", "hash", "{}", 5, {"print", 1, 5, true}});
  start_trial(*store, sweep.sweep_id, trial_start(4));
  end_trial(*store, sweep.sweep_id, trial_end(4, search::TrialState::kComplete, 0.25, 1.0));
  EXPECT_EQ(leaderboard().front(), "1 4 0.2500 2");
}

// Views that a new database has are in the old one, and the other way round.
TEST_F(Version010, HasTheTablesAndViewsOfANewDatabase) {
  open_store(file, "9.9");
  const auto fresh = folder.path() / "fresh.db";
  open_store(fresh, "9.9");
  const char* all =
      "SELECT type, name, sql FROM sqlite_master WHERE name <> 'trials_old' ORDER BY type, name";
  EXPECT_EQ(Sql(file).rows(all), Sql(fresh).rows(all));
}

// With a constraint on results and repeats.
class Schema7 : public OldFile {
 protected:
  Schema7() : OldFile("schema-7") {}
};

constexpr const char* kLeaderboard7[] = {"1 0 0.5031 0", "2 3 0.6085 0", "3 2 0.6767 3",
                                         "4 4 0.8139 3", "5 5 0.5325 3", "6 1 0.6953 3"};

TEST_F(Schema7, IsReadWithoutAChange) {
  const auto before = contents();
  EXPECT_THAT(leaderboard(), testing::ElementsAreArray(kLeaderboard7));
  const auto queries = open_queries(file);
  EXPECT_FALSE(queries->newest_sweep()->archived_at);
  EXPECT_THAT(queries->remarks(1).tags, testing::IsEmpty());
  EXPECT_THAT(queries->remarks(1).notes, testing::IsEmpty());
  EXPECT_EQ(queries->summary("old").violating, 2);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(Sql(file).row("PRAGMA user_version"), "7");
}

TEST_F(Schema7, IsOpenedToWriteWithAllThatItHolds) {
  const auto before = contents();
  const auto store = open_store(file, "9.9");
  auto after = contents();
  ASSERT_EQ(after.size(), before.size() + (kSchemaVersion - 7));
  after.resize(before.size());
  EXPECT_EQ(after, before);
  EXPECT_THAT(leaderboard(), testing::ElementsAreArray(kLeaderboard7));
  EXPECT_THAT(Sql(file).rows("PRAGMA integrity_check"), ElementsAre("ok"));
  store->add_tags(1, 3, {"odd"});
  store->archive(1, true);
  EXPECT_THAT(open_queries(file)->remarks(1).tags_of(3), ElementsAre("odd"));
  EXPECT_TRUE(open_queries(file)->sweep("old")->archived_at);
}

TEST_F(Schema7, HasTheTablesAndViewsOfANewDatabase) {
  open_store(file, "9.9");
  const auto fresh = folder.path() / "fresh.db";
  open_store(fresh, "9.9");
  const char* all =
      "SELECT type, name, sql FROM sqlite_master WHERE name <> 'trials_old' ORDER BY type, name";
  EXPECT_EQ(Sql(file).rows(all), Sql(fresh).rows(all));
}

}  // namespace
}  // namespace hpsearch::storage
