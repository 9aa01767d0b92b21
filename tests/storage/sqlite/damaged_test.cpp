// Databases that are damaged, that another program has changed, or whose file was replaced.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

template <class Ask>
std::string error_of(Ask ask) {
  try {
    ask();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "no error";
}

std::string opening_error(const fs::path& file, bool writable) {
  return error_of([&] { writable ? void(open_store(file, "1.0")) : void(open_queries(file)); });
}

// The list of migrations has no entry for any of these.
TEST(Damaged, SchemaVersionsThatNoFileCanHaveAreRefused) {
  StoreFixture f;
  f.opened.reset();
  for (const char* version : {"-1", "-50", "-1000", "-2147483648", "0"}) {
    Sql(f.file).run(std::string("PRAGMA user_version = ") + version);
    for (const bool writable : {true, false}) {
      EXPECT_THAT(opening_error(f.file, writable),
                  AllOf(HasSubstr("x.db: damaged: "), HasSubstr(version), HasSubstr("a copy")))
          << writable;
    }
  }
  Sql(f.file).run("PRAGMA user_version = 1");  // its tables are those of version 3
  EXPECT_THAT(opening_error(f.file, true), HasSubstr("the file is damaged"));
}

TEST(Damaged, AnEmptyFileWithAVersionIsNoNewDatabase) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "x.db";
  Sql(file).run("PRAGMA user_version = -50");
  EXPECT_THAT(opening_error(file, true), HasSubstr("version is -50, although it has no tables"));
}

// SQLite itself takes them for empty databases.
TEST(Damaged, AFewBytesAreNoDatabase) {
  const test::TempFolder folder;
  for (const std::string& bytes : {std::string("x"), std::string(15, 'y')}) {
    const fs::path file = folder.write("short.db", bytes);
    EXPECT_THAT(opening_error(file, true), HasSubstr("short.db: not an SQLite database; choose"));
    EXPECT_THAT(opening_error(file, false), HasSubstr("not an SQLite database"));
    EXPECT_EQ(fs::file_size(file), bytes.size());
  }
}

TEST(Damaged, NamesThatLeadNowhereGetASentence) {
  const test::TempFolder folder;
  fs::create_symlink("loop", folder.path() / "loop");
  for (const fs::path& file : {folder.path() / "loop", folder.path() / std::string(300, 'a')}) {
    for (const bool writable : {true, false}) {
      EXPECT_THAT(opening_error(file, writable),
                  AllOf(AnyOf(HasSubstr("Too many levels of symbolic links"),
                              HasSubstr("File name too long")),
                        HasSubstr("--db")));
    }
  }
}

TEST(Damaged, RowsThatNoRunWritesAreRefusedByTheirColumn) {
  const std::vector<std::pair<std::string, std::string>> damages{
      {"UPDATE trials SET number = number || 'x'", "number holds '0x', not a whole number"},
      {"UPDATE trials SET number = -1", "number holds '-1'"},
      {"UPDATE trials SET number = 0.5", "number holds '0.5'"},
      {"UPDATE trials SET stage = 2147483647", "stage holds '2147483647'"},
      {"UPDATE trials SET epochs = 9223372036854775807", "epochs holds '9223372036854775807'"},
      {"UPDATE trials SET best_epoch = -3", "best_epoch holds '-3'"},
      {"UPDATE trials SET value = 'abc'", "value holds 'abc', not a finite number"},
      {"UPDATE trials SET value = 9e999", "value holds 'Inf'"},
      {"UPDATE trials SET seed = -1", "seed holds '-1'"},
      {"UPDATE epochs SET epoch = 9223372036854775807 WHERE epoch = 1", "9223372036854775807"},
      {"UPDATE epochs SET epoch = epoch || 'x'", "epoch holds '1x', not a whole"},
      {"UPDATE stages SET trials = -1", "trials holds '-1'"},
      {"PRAGMA ignore_check_constraints = 1; UPDATE trials SET state = 'x'", "unknown state 'x'"},
  };
  for (const auto& [sql, what] : damages) {
    StoreFixture f;
    f.trial(0, search::TrialState::kComplete, 0.5);
    f.opened.reset();
    Sql(f.file).run(sql);
    const auto read = [&](Reader& reader) {
      return error_of([&] {
        reader.stages(1);
        reader.trials(1);
        reader.epochs(1);
      });
    };
    const auto queries = open_queries(f.file);
    EXPECT_THAT(read(*queries), AllOf(HasSubstr("x.db: damaged: "), HasSubstr(what))) << sql;
    EXPECT_THAT(read(*open_store(f.file, "1.0")), HasSubstr(what)) << sql;
  }
}

// Views are public, and a file can bring its own.
TEST(Damaged, AViewWithoutAnEndIsLeft) {
  StoreFixture f;
  f.opened.reset();
  Sql(f.file).run(
      "DROP VIEW best_trials; CREATE VIEW best_trials AS WITH RECURSIVE c(x) AS (SELECT 1 UNION "
      "ALL SELECT x + 1 FROM c) SELECT 's' AS sweep, 1 AS rank, x AS trial, x AS trial_id, 0 AS "
      "value, 1 AS best_epoch, 1 AS epochs_done, 0 AS stage, 0 AS seconds, 0 AS seed, '{}' AS "
      "params_json, 1 AS replicates, 0 AS deviation, 0 AS standard_error, 0 AS violation FROM c "
      "WHERE x < 0");
  EXPECT_THAT(error_of([&] { open_queries(f.file)->best("s"); }),
              HasSubstr("does not come to an end"));
}

TEST(Damaged, AViewOfEndlessRowsIsLeft) {
  StoreFixture f;
  f.opened.reset();
  Sql(f.file).run(
      "DROP VIEW trials_s; CREATE VIEW trials_s AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
      "SELECT x + 1 FROM c) SELECT x AS trial, x AS trial_id, 0 AS value, 1 AS best_epoch FROM c");
  const auto queries = open_queries(f.file);
  const SweepRow sweep = queries->sweep("s").value();
  EXPECT_THAT(error_of([&] { queries->select(sweep, {}); }),
              HasSubstr("has more rows than the sweep has trials"));
}

TEST(Damaged, MissingTablesAreCalledSo) {
  StoreFixture f;
  f.opened.reset();
  Sql(f.file).run("DROP TABLE events");
  EXPECT_THAT(error_of([&] { open_queries(f.file)->log(1); }),
              AllOf(HasSubstr("no such table: events"), HasSubstr("the file is damaged")));
}

// --- A file that is replaced while it is open ------------------------------------------------

std::string integrity(const fs::path& file) {
  return Sql(file).row("PRAGMA integrity_check");
}

// Another database, whole, with a sweep of its own name.
fs::path another_database(const fs::path& folder) {
  const fs::path file = folder / "other.db";
  const auto store = open_store(file, "1.0");
  make_sweep(*store, "other");
  return file;
}

TEST(Replaced, TheNewFileIsNotGivenTheOldOnesLog) {
  StoreFixture f;
  const fs::path other = another_database(f.folder.path());
  f.trial(0, search::TrialState::kComplete, 0.5);  // in the log alone
  ASSERT_GT(fs::file_size(f.file.string() + "-wal"), 0U);
  fs::rename(other, f.file);
  EXPECT_THAT(error_of([&] { start_trial(f.store, f.sweep, trial_start(1)); }),
              HasSubstr("was removed or replaced"));
  f.opened.reset();
  EXPECT_FALSE(fs::exists(f.file.string() + "-wal"));
  EXPECT_FALSE(fs::exists(f.file.string() + "-shm"));
  EXPECT_EQ(integrity(f.file), "ok");
  EXPECT_EQ(Sql(f.file).rows("SELECT name FROM sweeps"), std::vector<std::string>{"other"});
}

TEST(Replaced, TheOldFileKeepsWhatItsLogHeld) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  const fs::path moved = f.folder.path() / "moved.db";
  fs::rename(f.file, moved);
  f.opened.reset();
  EXPECT_FALSE(fs::exists(f.file.string() + "-wal"));
  EXPECT_EQ(Sql(moved).row("SELECT number, value FROM trials"), "0|0.5");
  EXPECT_EQ(integrity(moved), "ok");
}

// A page server and a report hold the log as well.
TEST(Replaced, AReaderLeavesNoLogBehindEither) {
  StoreFixture f;
  const fs::path other = another_database(f.folder.path());
  f.trial(0, search::TrialState::kComplete, 0.5);
  auto queries = open_queries(f.file);
  ASSERT_TRUE(queries->sweep("s"));
  f.opened.reset();  // not the last one: the log stays
  ASSERT_TRUE(fs::exists(f.file.string() + "-wal"));
  fs::rename(other, f.file);
  queries.reset();
  EXPECT_FALSE(fs::exists(f.file.string() + "-wal"));
  EXPECT_EQ(open_queries(f.file)->sweep_names(), std::vector<std::string>{"other"});
  EXPECT_EQ(integrity(f.file), "ok");
}

// What is not the log of the old file is not touched.
TEST(Replaced, ALogThatBelongsToTheNewFileStays) {
  StoreFixture f;
  const fs::path other = another_database(f.folder.path());
  fs::rename(other, f.file);
  fs::remove(f.file.string() + "-wal");
  fs::remove(f.file.string() + "-shm");
  const auto fresh = open_store(f.file, "1.0");
  start_trial(*fresh, 1, trial_start(0));
  f.opened.reset();
  EXPECT_TRUE(fs::exists(f.file.string() + "-wal"));
  EXPECT_EQ(open_queries(f.file)->trials(1).size(), 1U);
}

}  // namespace
}  // namespace hpsearch::storage
