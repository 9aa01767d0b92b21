// The database of version 0.1.0, against the figures that its own program printed.
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

class Version010 : public testing::Test {
 protected:
  Version010() { test::restore_database("0.1.0", file); }

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
      // Version 7 has one more column.
      const std::string columns = sql.row(
          std::string("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('") +
          table + "') WHERE name <> 'violation' ORDER BY cid)");
      for (const std::string& row : sql.rows("SELECT " + columns + " FROM " + table)) {
        rows.push_back(std::string(table) + " " + row);
      }
    }
    return rows;
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "old.db";
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

}  // namespace
}  // namespace hpsearch::storage
