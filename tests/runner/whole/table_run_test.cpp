// The real program on a table of text.

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kYaml[] =
    "name: table\n"
    "run_cap: 2\n"
    "dataset: {source: data/t.csv, test: data/e.csv, group: who}\n"
    "model: {hidden: [4]}\n"
    "training: {epochs: 2, batch_size: 8}\n"
    "parameters: {learning_rate: {min: 0.01, max: 0.1}}\n";

// Rows whose class is whether x is above 0.
std::string table(int rows, const std::string& who) {
  std::string text = "who,x,same,y\n";
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("{}{},{},1,{}\n", who, i / 3, i % 7 - 3, i % 7 > 3 ? "above" : "below");
  }
  return text;
}

class TableRun : public testing::Test {
 protected:
  TableRun() : folder_(kYaml) {
    folder_.write("data/t.csv", table(90, "a"));
    folder_.write("data/e.csv", table(30, "b"));
  }

  RunFolder folder_;
};

TEST_F(TableRun, SaysWhatItMadeOfTheTableAndKeepsIt) {
  const auto result = folder_.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(
      result.err,
      HasSubstr("1 column left out: 'same' (every row has 1); `hpsearch check` says more\n"));
  const auto json = nlohmann::json::parse(folder_.query("SELECT data_json FROM sweeps"));
  EXPECT_EQ(json["task"], "binary");
  EXPECT_EQ(json["rows"], 120);
  EXPECT_EQ(json["test_rows"], 30);
  EXPECT_EQ(json["validation_rows"], 18);  // 0.2 of the 90 rows of t.csv
  EXPECT_EQ(json["training_rows"], 72);
  EXPECT_EQ(json["features"], 1);
  EXPECT_EQ(json["classes"], 2);
  EXPECT_EQ(json["files"].size(), 2U);
  EXPECT_EQ(json["columns"].size(), 4U);
  EXPECT_EQ(json["columns"][0]["name"], "who");
  EXPECT_EQ(json["columns"][0]["treatment"], "group; 40 groups, each in one part");
}

TEST_F(TableRun, WritesTheBestSweepWithTheWholePathsOfItsFiles) {
  folder_.run();
  const std::string best = folder_.report({"--best"}).out;
  const std::string data = (folder_.path() / "data").string();
  EXPECT_THAT(best, HasSubstr(data + "/t.csv"));
  EXPECT_THAT(best, HasSubstr(data + "/e.csv"));
  const RunFolder elsewhere(best);
  const auto again = elsewhere.run();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(elsewhere.query("SELECT value FROM best_trials"),
            folder_.query("SELECT value FROM best_trials"));
}

TEST_F(TableRun, RefusesToGoOnWithAnotherTable) {
  folder_.run();
  folder_.write("data/e.csv", table(33, "b"));
  const auto result = folder_.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("data file e.csv"));
}

TEST_F(TableRun, KeepsFilesOfOneNameApart) {
  folder_.write("a/d.csv", table(90, "a"));
  folder_.write("b/d.csv", table(36, "b"));
  folder_.write("c/d.csv", table(30, "c"));
  folder_.write("sweep.yaml",
                "name: table\n"
                "run_cap: 1\n"
                "dataset: {source: a/d.csv, validation: b/d.csv, test: c/d.csv}\n"
                "model: {hidden: [4]}\n"
                "training: {epochs: 2, batch_size: 8}\n"
                "parameters: {learning_rate: {min: 0.01, max: 0.1}}\n");
  EXPECT_EQ(folder_.run().code, 0);
  const std::string best = folder_.report({"--best"}).out;
  for (const char* part :
       {"source: PATH/a/d.csv", "validation: PATH/b/d.csv", "test: PATH/c/d.csv"}) {
    std::string line = part;
    line.replace(line.find("PATH"), 4, folder_.path().string());
    EXPECT_THAT(best, HasSubstr(line));
  }
  const RunFolder elsewhere(best);
  const auto again = elsewhere.run();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(elsewhere.query("SELECT value FROM best_trials"),
            folder_.query("SELECT value FROM best_trials"));

  folder_.write("b/d.csv", table(33, "b"));
  const auto changed = folder_.run();
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr("data file d.csv (validation)"));
  EXPECT_THAT(changed.err, Not(HasSubstr("data file d.csv (test)")));
}

TEST_F(TableRun, QueuesParametersWhereverTheDataLiesByNow) {
  folder_.run();
  std::filesystem::rename(folder_.path() / "data", folder_.path() / "moved");
  const auto result = test::run_hpsearch(folder_.path(), {"enqueue", "learning_rate=0.05"});
  EXPECT_EQ(result.code, 0) << result.err;
}

TEST_F(TableRun, NotesAClassThatIsNeverTrainedOn) {
  folder_.write("data/e.csv", table(30, "b") + "b99,5,1,other\n");
  EXPECT_THAT(
      folder_.run().err,
      HasSubstr(
          "class 'other' has no row to train on, but 0 to validate and 1 to test on, which are "
          "left out: no network can predict it\n"));
  const auto data = nlohmann::json::parse(folder_.query("SELECT data_json FROM sweeps"));
  EXPECT_EQ(data["columns"].back()["treatment"], "target; 2 classes: above, below");
}

// Other rows, other spellings and extreme values to test on: the same trials and the same winner.
TEST_F(TableRun, TestRowsChangeNoResult) {
  const auto digest = [&] {
    const std::string out = folder_.run({"--fresh"}).out;
    return out.substr(out.find("digest: "));
  };
  const std::string before = digest();
  EXPECT_THAT(before, testing::StartsWith("digest: "));
  folder_.write("data/e.csv", table(1, "b") + "b98,1e30,1,Above\nb99,,1,below \nb97,-5,7,other\n");
  EXPECT_EQ(digest(), before);
}

TEST_F(TableRun, TrainsOnFewerRowsThanABatch) {
  std::string yaml = kYaml;
  yaml.replace(yaml.find("batch_size: 8"), 13, "batch_size: 1000");
  folder_.write("sweep.yaml", yaml);
  const auto result = folder_.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder_.query("SELECT count(*) FROM epochs WHERE nonfinite IS NULL"), "4");
}

TEST_F(TableRun, EndsWithTheDataCodeAndThePlaceOfAMistake) {
  folder_.write("data/t.csv", "who,x,same,y\na,1,1,above\nb,2,1\n");
  const auto result = folder_.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err,
              HasSubstr((folder_.path() / "data/t.csv").string() +
                        ":3:6: a row of 3 cells, but the table has 4 columns; give each row one "
                        "cell a column, and put a cell that holds a separator in quotes"));
}

}  // namespace
}  // namespace hpsearch::runner
