// Databases of older versions of the schema.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/sha256.h"
#include "storage/queries.h"
#include "test_locations.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

std::string schema_1() {
  std::ifstream file(HPSEARCH_SOURCE_DIR "/storage/schema.sql", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A database as version 1 left it, with a sweep of one complete trial.
class Version1 : public testing::Test {
 protected:
  void SetUp() override {
    Sql sql(file);
    sql.run("PRAGMA journal_mode = WAL");
    sql.run(schema_1());
    sql.run("PRAGMA application_id = 1213223729; PRAGMA user_version = 1");
    sql.run("INSERT INTO migrations VALUES (1, '2026-01-01T00:00:00.000Z', '0.0.9')");
    sql.run(
        "INSERT INTO sweeps VALUES (1, 'old', 'random', 'val_accuracy', 'maximize', 7, 'yaml', "
        "'hash', '{}', 'complete', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z', "
        "60.5, 'run_cap', '0.0.9', NULL)");
    sql.run("INSERT INTO stages VALUES (1, 0, 3, 1, '{}')");
    sql.run(
        "INSERT INTO trials(trial_id, sweep_id, number, state, value, score, best_epoch, "
        "epochs_done, epochs, seed, params_json, params_hash, created_at, seconds) VALUES (1, 1, "
        "0, 'complete', 0.5, -0.5, 1, 1, 1, 9, '{}', '', '', 1.5)");
    sql.run(
        "INSERT INTO epochs VALUES (1, 0, 1, 0.5, 0.75, 0.25, 0.5, 0.1, 1.5, 10.0, 0.001, 0.3, "
        "NULL)");
    sql.run("INSERT INTO metrics VALUES (1, 0, 1, 'test_loss', 0.25)");
  }

  std::vector<std::string> contents() {
    Sql sql(file);
    std::vector<std::string> all;
    for (const char* table : {"sweeps", "stages", "trials", "epochs", "metrics"}) {
      for (const std::string& row : sql.rows(std::string("SELECT * FROM ") + table)) {
        all.push_back(row);
      }
    }
    return all;
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "old.db";
};

// Databases of version 1 exist: its text may not change, not even by a comment, which SQLite
// keeps in the file.
TEST(Schema, KeepsTheTextOfVersion1) {
  EXPECT_EQ(nn::sha256_hex(schema_1()),
            "f41d059d956fd66b9cc19c78ffac76ced5c4d31bc5d5c0ba614df5c5a6c99d91");
}

TEST_F(Version1, IsMigratedByWhoWritesAndKeepsItsData) {
  const std::vector<std::string> before = contents();
  ASSERT_EQ(before.size(), 5U);
  Store store(file, "2.0");
  EXPECT_EQ(contents(), before);
  Sql sql(file);
  EXPECT_EQ(sql.row("PRAGMA user_version"), "2");
  EXPECT_THAT(sql.rows("SELECT * FROM migrations"),
              ElementsAre("1|2026-01-01T00:00:00.000Z|0.0.9",
                          MatchesRegex("2\\|20..-..-..T..:..:..\\....Z\\|2.0")));
  EXPECT_THAT(sql.rows("PRAGMA integrity_check"), ElementsAre("ok"));
  store.put_artifact(1, {"weights", "old.db.files/sweep1/best.safetensors", 8, "c0de"});
  EXPECT_EQ(Queries(file).artifacts(1).size(), 1U);
  const Store again(file, "3.0");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM migrations"), "2");
}

TEST_F(Version1, HasTheSameTablesAfterwardsAsANewDatabase) {
  { const Store store(file, "2.0"); }
  const auto fresh = folder.path() / "fresh.db";
  { const Store store(fresh, "2.0"); }
  const char* schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
  EXPECT_EQ(Sql(file).rows(schema), Sql(fresh).rows(schema));
}

TEST_F(Version1, IsReadAsItIs) {
  Queries queries(file);
  EXPECT_EQ(queries.best("old")->value, 0.5);
  EXPECT_THAT(queries.artifacts(1), IsEmpty());
  EXPECT_EQ(Sql(file).row("PRAGMA user_version"), "1");
}

}  // namespace
}  // namespace hpsearch::storage
