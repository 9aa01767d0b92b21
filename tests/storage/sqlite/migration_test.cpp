// Databases of older versions of the schema.
#include <fstream>
#include <iterator>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/sha256.h"
#include "storage/queries.h"
#include "storage/sqlite/database.h"
#include "test_locations.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

std::string schema(const std::string& name) {
  std::ifstream file(HPSEARCH_SOURCE_DIR "/storage/sqlite/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string schema_1() {
  return schema("schema.sql");
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
      // The columns of version 1, in their order.
      const std::string columns = sql.row(
          std::string("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('") +
          table + "') WHERE name NOT IN ('violation', 'archived_at') ORDER BY cid)");
      for (const std::string& row : sql.rows("SELECT " + columns + " FROM " + table)) {
        all.push_back(row);
      }
    }
    return all;
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "old.db";
};

// The same as version 2 left it.
class Version2 : public Version1 {
 protected:
  void SetUp() override {
    Version1::SetUp();
    Sql sql(file);
    sql.run(schema("schema_2.sql"));
    sql.run("PRAGMA user_version = 2");
    sql.run("INSERT INTO migrations VALUES (2, '2026-01-02T00:00:00.000Z', '0.1.0')");
    sql.run("INSERT INTO artifacts VALUES (1, 'weights', 'best.safetensors', 8, 'c0de')");
  }
};

// Databases of these versions exist: their texts may not change, not even by a comment, which
// SQLite keeps in the file.
TEST(Schema, KeepsTheTextsOfItsVersions) {
  const std::pair<const char*, const char*> texts[] = {
      {"schema.sql", "f41d059d956fd66b9cc19c78ffac76ced5c4d31bc5d5c0ba614df5c5a6c99d91"},
      {"schema_2.sql", "c5a8d3cf2e9aa102e0ad3dbca9be711fcbd599f1d981ec53dde588124196256d"},
      {"schema_3.sql", "c4da5822ce1dd0baa249c81b48f7487c0c7e1989a91f0a3a16b3a6b837cfa3a6"},
      {"schema_4.sql", "ac656e5a8536838c6a63b61de94b61c1eb962b01e1ce49b1244837658b584d5e"},
      {"schema_5.sql", "911568d233c447a513fe309aba5ff37870bf99771342a2c18138917e38ac8498"},
      {"schema_6.sql", "3d5e02f5114bba064c2df07c0472b087fc38b5227fd68c04f3f12233dc3555d7"},
      {"schema_7.sql", "4f6358b15adada4103d79a499c968cf950f1b8c44cad828b154a368618c10892"},
      {"schema_8.sql", "09dae762e9ed710e5927191069801316852d7d4f8db28c5bad59e5d508ce4c59"},
  };
  EXPECT_EQ(std::size(texts), static_cast<std::size_t>(kSchemaVersion));
  for (const auto& [name, hash] : texts) {
    EXPECT_EQ(nn::sha256_hex(schema(name)), hash) << name;
  }
}

TEST_F(Version1, IsMigratedByWhoWritesAndKeepsItsData) {
  const std::vector<std::string> before = contents();
  ASSERT_EQ(before.size(), 5U);
  const auto store_opened = open_store(file, "2.0");
  Store& store = *store_opened;
  EXPECT_EQ(contents(), before);
  Sql sql(file);
  EXPECT_EQ(sql.row("PRAGMA user_version"), "8");
  EXPECT_THAT(sql.rows("SELECT * FROM migrations"),
              ElementsAre("1|2026-01-01T00:00:00.000Z|0.0.9",
                          MatchesRegex("2\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("3\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("4\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("5\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("6\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("7\\|20..-..-..T..:..:..\\....Z\\|2.0"),
                          MatchesRegex("8\\|20..-..-..T..:..:..\\....Z\\|2.0")));
  EXPECT_THAT(sql.rows("PRAGMA integrity_check"), ElementsAre("ok"));
  store.put_artifact(1, {"weights", "old.db.files/sweep1/best.safetensors", 8, "c0de"});
  EXPECT_EQ(open_queries(file)->artifacts(1).size(), 1U);
  open_store(file, "3.0");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM migrations"), "8");
}

TEST_F(Version1, HasTheSameTablesAfterwardsAsANewDatabase) {
  open_store(file, "2.0");
  const auto fresh = folder.path() / "fresh.db";
  open_store(fresh, "2.0");
  const char* schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
  EXPECT_EQ(Sql(file).rows(schema), Sql(fresh).rows(schema));
}

TEST_F(Version1, IsReadAsItIs) {
  const auto queries_opened = open_queries(file);
  Queries& queries = *queries_opened;
  EXPECT_EQ(queries.best("old")->value, 0.5);
  EXPECT_THAT(queries.artifacts(1), IsEmpty());
  EXPECT_THAT(queries.earlier_trials(1), IsEmpty());
  EXPECT_EQ(Sql(file).row("PRAGMA user_version"), "1");
}

TEST_F(Version2, IsMigratedByWhoWritesAndKeepsItsData) {
  const std::vector<std::string> before = contents();
  const auto store_opened = open_store(file, "3.0");
  Store& store = *store_opened;
  EXPECT_EQ(contents(), before);
  Sql sql(file);
  EXPECT_EQ(sql.row("PRAGMA user_version"), "8");
  EXPECT_THAT(sql.rows("SELECT * FROM migrations"),
              ElementsAre("1|2026-01-01T00:00:00.000Z|0.0.9", "2|2026-01-02T00:00:00.000Z|0.1.0",
                          MatchesRegex("3\\|20..-..-..T..:..:..\\....Z\\|3.0"),
                          MatchesRegex("4\\|20..-..-..T..:..:..\\....Z\\|3.0"),
                          MatchesRegex("5\\|20..-..-..T..:..:..\\....Z\\|3.0"),
                          MatchesRegex("6\\|20..-..-..T..:..:..\\....Z\\|3.0"),
                          MatchesRegex("7\\|20..-..-..T..:..:..\\....Z\\|3.0"),
                          MatchesRegex("8\\|20..-..-..T..:..:..\\....Z\\|3.0")));
  EXPECT_EQ(open_queries(file)->artifacts(1).size(), 1U);
  EXPECT_THAT(store.earlier_trials(1), IsEmpty());
  const auto fresh = folder.path() / "fresh.db";
  open_store(fresh, "3.0");
  const char* all = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
  EXPECT_EQ(sql.rows(all), Sql(fresh).rows(all));
}

TEST_F(Version2, IsReadAsItIs) {
  const auto queries_opened = open_queries(file);
  Queries& queries = *queries_opened;
  EXPECT_EQ(queries.artifacts(1).size(), 1U);
  EXPECT_THAT(queries.earlier_trials(1), IsEmpty());
  EXPECT_EQ(Sql(file).row("PRAGMA user_version"), "2");
}

}  // namespace
}  // namespace hpsearch::storage
