// The real program on databases that are damaged or crafted: a sentence and an exit code, never a
// crash, a hang, a library's own words, or a byte that drives the terminal.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// ESC, BEL and the one-character CSI.
constexpr char kControl[] = "char(27) || ']0;x' || char(7) || char(155) || '31m'";

// A finished sweep; each case damages a copy of it.
class HostileDatabase : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new RunFolder(
        "name: c\nmethod: coarse_to_fine\nrun_cap: 8\ndataset: {source: digits}\n"
        "model: {hidden: [4]}\ntraining: {epochs: 2}\n"
        "parameters: {learning_rate: {min: 0.01, max: 0.5, scale: log}}\n");
    ASSERT_EQ(folder_->run().code, 0);
    fs::copy_file(folder_->path() / "hpsearch.db", folder_->path() / "whole.db");
  }
  static void TearDownTestSuite() { delete folder_; }

  void SetUp() override {
    fs::copy_file(folder_->path() / "whole.db", folder_->path() / "hpsearch.db",
                  fs::copy_options::overwrite_existing);
  }
  static void damage(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((folder_->path() / "hpsearch.db").c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  static test::ProcessResult call(const std::vector<std::string>& arguments) {
    return test::run_hpsearch(folder_->path(), arguments);
  }

  static RunFolder* folder_;
};

RunFolder* HostileDatabase::folder_ = nullptr;

TEST_F(HostileDatabase, NoTextOfItDrivesTheTerminal) {
  const std::vector<std::string> columns{
      "sweeps.metric",      "sweeps.method",  "sweeps.stop_reason", "sweeps.created_at",
      "sweeps.name",        "trials.reason",  "trials.worker",      "trials.finished_at",
      "metrics.name",       "artifacts.path", "artifacts.sha256",   "events.kind",
      "events.detail_json", "events.at",      "sweeps.goal",        "sweeps.state",
      "trials.state",       "trials.origin",  "epochs.nonfinite",   "params.value"};
  for (const std::string& column : columns) {
    SetUp();
    const std::size_t dot = column.find('.');
    damage(
        fmt::format("PRAGMA ignore_check_constraints = 1; UPDATE OR IGNORE {0} SET {1} = "
                    "ifnull({1}, '') || {2}",
                    column.substr(0, dot), column.substr(dot + 1), kControl));
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"list"},
                                               {"list", "--json"},
                                               {"show"},
                                               {"show", "7"},
                                               {"show", "7", "--json"},
                                               {"report"},
                                               {"report", "--best"},
                                               {"report", "--json"},
                                               {"report", "--md"},
                                               {"report", "--where", "value > 0"},
                                               {"report", "--curves"}}) {
      const auto result = call(arguments);
      EXPECT_LE(result.code, 3) << column << " " << arguments.back();
      for (const std::string& text : {result.out, result.err}) {
        EXPECT_THAT(text,
                    AllOf(Not(HasSubstr("\033")), Not(HasSubstr("\a")), Not(HasSubstr("\xC2\x9B"))))
            << column << " " << arguments.back();
      }
    }
  }
}

TEST_F(HostileDatabase, ARunSaysWhichRowsAreMissing) {
  const auto sentence = [&](const std::string& sql) {
    SetUp();
    damage(sql);
    const auto result = call({"run", "sweep.yaml", "--set", "run_cap=9"});
    EXPECT_EQ(result.code, 1) << sql;
    return result.err;
  };
  EXPECT_THAT(sentence("DELETE FROM stages"), HasSubstr("stage 0 has no row"));
  EXPECT_THAT(sentence("DELETE FROM stages WHERE stage = 1"), HasSubstr("stage 1 has no row"));
  EXPECT_THAT(sentence("DELETE FROM trials"), HasSubstr("carried over trial"));
  EXPECT_THAT(sentence("DELETE FROM trials WHERE number = 3"), HasSubstr("trial 3 has no row"));
  EXPECT_THAT(
      sentence("UPDATE stages SET space_json = '{\"learning_rate\":{\"min\":2,\"max\":1}}'"),
      HasSubstr("does not describe parameter 'learning_rate'"));
  EXPECT_THAT(sentence("UPDATE stages SET space_json = '{\"learning_rate\":{\"max\":\"x\"}}'"),
              HasSubstr("does not describe parameter 'learning_rate'"));
}

TEST_F(HostileDatabase, NoLibrarySpeaksForItself) {
  for (const std::string sql :
       {"UPDATE sweeps SET data_json = '{\"files\":[1,null,{\"path\":5}],\"folder\":4}'",
        "UPDATE sweeps SET data_json = '{\"rows\":\"x\",\"classes\":[],\"columns\":5,\"files\":7}'",
        "UPDATE stages SET space_json = '{\"learning_rate\":{\"values\":[1],\"ordered\":3}}'",
        "UPDATE sweeps SET config_yaml = '{'", "UPDATE trials SET params_json = '{'",
        "DROP VIEW trials_c; CREATE VIEW trials_c AS SELECT 1 AS trial",
        "UPDATE sweeps SET sweep_id = -5"}) {
    SetUp();
    damage(sql);
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"report"},
             {"report", "--advice"},
             {"show", "0"},
             {"run", "sweep.yaml", "--set", "run_cap=9", "--quiet"},
             {"run", "sweep.yaml", "--fresh", "--quiet"}}) {
      const auto result = call(arguments);
      EXPECT_LE(result.code, 3) << sql << " " << arguments.back();
      EXPECT_THAT(result.err, AllOf(Not(HasSubstr("exception")), Not(HasSubstr("basic_string")),
                                    Not(HasSubstr("vector")), Not(HasSubstr("optional"))))
          << sql << " " << arguments.back();
    }
  }
}

TEST_F(HostileDatabase, ArtifactsLieInTheFoldersOfTheDatabaseAlone) {
  folder_->write("secret", "{\"format\": 1}");
  for (const std::string path :
       {"../../../../../../etc/passwd", "/etc/passwd", "/dev/zero", "../../../../dev/zero", ".", "",
        "secret", "hpsearch.db.files/../secret", "hpsearch.db.files"}) {
    SetUp();
    damage("UPDATE artifacts SET path = '" + path + "' WHERE name = 'weights'");
    const auto report = call({"report", "--json"});
    EXPECT_EQ(report.code, 0);
    EXPECT_THAT(report.out, HasSubstr("\"weights\":null")) << path;
    const auto tiles = call({"report", "--weights-png", "w.png"});
    EXPECT_EQ(tiles.code, 2) << path;
    EXPECT_THAT(tiles.err, HasSubstr("no weights of the best trial")) << path;
  }
}

// Its files stay where the original is.
TEST_F(HostileDatabase, ACopyNamesNoWeightsThatAreNotThere) {
  const test::TempFolder elsewhere;
  fs::copy_file(folder_->path() / "hpsearch.db", elsewhere.path() / "copy.db");
  const auto copy = test::run_hpsearch(elsewhere.path(), {"report", "--db", "copy.db"});
  EXPECT_EQ(copy.code, 0);
  EXPECT_THAT(copy.out, AllOf(HasSubstr("best: trial"), Not(HasSubstr("weights"))));
  EXPECT_THAT(call({"report"}).out, HasSubstr("weights: hpsearch.db.files"));
}

TEST_F(HostileDatabase, ExpressionsEndAndStaySmall) {
  const auto endless = call({"report", "--where",
                             "value > (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
                             "FROM c) SELECT count(*) FROM c)"});
  EXPECT_EQ(endless.code, 2);
  EXPECT_THAT(endless.err, HasSubstr("--where does not come to an end"));
  const auto large = call({"report", "--where", "length(zeroblob(2147483647)) > 1"});
  EXPECT_EQ(large.code, 2);
  EXPECT_THAT(large.err, HasSubstr("too long"));
  const auto bare = call({"report", "--where", "state = complete"});
  EXPECT_EQ(bare.code, 2);
  EXPECT_THAT(bare.err, HasSubstr("a text goes in single quotes: 'complete'"));
}

}  // namespace
}  // namespace hpsearch::runner
