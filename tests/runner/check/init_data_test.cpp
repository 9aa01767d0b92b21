// `init --data`: from a table to a sweep.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

test::ProcessResult call(const RunFolder& folder, const std::vector<std::string>& arguments) {
  return test::run_hpsearch(folder.path(), arguments);
}

// Flowers of three kinds that a text and two numbers tell apart, some of them missing.
std::string flowers(int rows) {
  std::string csv = "petal,colour,shop,same,kind\n";
  const char* kinds[] = {"aster", "iris", "rose"};
  const char* colours[] = {"blue", "blue", "red"};
  for (int i = 0; i < rows; ++i) {
    const int kind = i % 3;
    csv += fmt::format("{},{},{},1,{}\n", i % 7 == 0 ? "" : fmt::format("{}.{}", kind, i % 10),
                       colours[kind], i % 4, kinds[kind]);
  }
  return csv;
}

TEST(InitData, GoesFromATableToAFinishedReport) {
  const RunFolder folder("");
  folder.write("flowers.csv", flowers(120));
  const auto init = call(folder, {"init", "flowers.yaml", "--data", "flowers.csv"});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err,
              AllOf(HasSubstr("flowers.csv: 120 rows; the target is kind (classification)\n"),
                    HasSubstr("  petal: "), HasSubstr("  same: "),
                    HasSubstr("  hpsearch run flowers.yaml\n")));
  const auto check = call(folder, {"check", "flowers.yaml"});
  ASSERT_EQ(check.code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("aster: "));
  const auto run = call(folder, {"run", "flowers.yaml"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto report = folder.report();
  EXPECT_THAT(report.out, AllOf(HasSubstr("trials: 16 of 16 complete\n"), HasSubstr("test: "),
                                HasSubstr("ensemble: ")));
  // What is learnt at all: the colour and the number tell the kinds apart.
  EXPECT_GT(std::stod(folder.query("SELECT value FROM best_trials")), 0.9);
}

TEST(InitData, ChoosesWhatFitsTheTarget) {
  const RunFolder folder("");
  std::string numbers = "a,price\n";
  std::string rare = "a,sick\n";
  for (int i = 0; i < 200; ++i) {
    numbers += fmt::format("{},{}\n", i % 13, 1.5 * i);
    rare += fmt::format("{},{}\n", i % 13, i % 20 == 0 ? "yes" : "no");
  }
  folder.write("numbers.csv", numbers);
  folder.write("rare.csv", rare);
  ASSERT_EQ(call(folder, {"init", "n.yaml", "--data", "numbers.csv"}).code, 0);
  EXPECT_THAT(read_file(folder.path() / "n.yaml"),
              AllOf(HasSubstr("task: regression\n"), HasSubstr("{name: val_rmse}")));
  ASSERT_EQ(call(folder, {"init", "r.yaml", "--data", "rare.csv"}).code, 0);
  EXPECT_THAT(read_file(folder.path() / "r.yaml"),
              AllOf(HasSubstr("task: binary\n"), HasSubstr("metric: {name: val_log_loss}")));
  for (const char* file : {"n.yaml", "r.yaml"}) {
    EXPECT_EQ(call(folder, {"check", file}).code, 0);
  }
}

// Below a share of 0.2 the most probable class is nearly always the frequent one.
TEST(InitData, LabelsARareClassByItsShare) {
  const RunFolder folder("");
  for (const int every : {4, 6}) {
    std::string csv = "a,sick\n";
    for (int i = 0; i < 240; ++i) {
      csv += fmt::format("{},{}\n", i % 13, i % every == 0 ? "yes" : "no");
    }
    folder.write("t.csv", csv);
    const std::string file = fmt::format("{}.yaml", every);
    ASSERT_EQ(call(folder, {"init", file, "--data", "t.csv"}).code, 0);
    const std::string rule = "  threshold: share ";
    EXPECT_EQ(read_file(folder.path() / file).find(rule) != std::string::npos, every == 6);
    const auto check = call(folder, {"check", file, "--resolved"});
    EXPECT_THAT(check.out, HasSubstr(every == 6 ? "threshold: share" : "threshold: 0.5"));
  }
  ASSERT_EQ(
      call(folder, {"init", "own.yaml", "--data", "t.csv", "--set", "dataset.threshold=0.3"}).code,
      0);
  EXPECT_THAT(read_file(folder.path() / "own.yaml"),
              AllOf(HasSubstr("threshold: 0.3"), testing::Not(HasSubstr("threshold: share"))));
}

TEST(InitData, TakesKeysThatTheRecipeSetsToo) {
  const RunFolder folder("");
  folder.write("flowers.csv", flowers(120));
  ASSERT_EQ(call(folder, {"init", "f.yaml", "--data", "flowers.csv", "--set", "dataset.folds=3",
                          "--set", "dataset.preprocess=standardize"})
                .code,
            0);
  EXPECT_THAT(read_file(folder.path() / "f.yaml"),
              AllOf(HasSubstr("folds: 3\n"), HasSubstr("preprocess: standardize\n")));
  const auto check = call(folder, {"check", "f.yaml"});
  EXPECT_EQ(check.code, 0) << check.err;
}

// Folds need rows of each class in each part.
TEST(InitData, ValidatesOnAPartWhereFoldsWouldBeTooSmall) {
  const RunFolder folder("");
  std::string rare = "a,b,sick\n";
  for (int i = 0; i < 60; ++i) {
    rare += fmt::format("{},{},{}\n", i % 13, i % 7, i % 20 == 0 ? "yes" : "no");
  }
  folder.write("rare.csv", rare);
  folder.write("tiny.csv", "a,y\n1,0.5\n2,0.7\n3,1.5\n4,1.2\n5,2.5\n6,2.7\n7,3.3\n8,4.1\n");
  for (const char* table : {"rare", "tiny"}) {
    const std::string file = fmt::format("{}.yaml", table);
    ASSERT_EQ(call(folder, {"init", file, "--data", fmt::format("{}.csv", table)}).code, 0);
    EXPECT_THAT(read_file(folder.path() / file), HasSubstr("validation: 0.2"));
    const auto run = call(folder, {"run", file, "--quiet", "--trials", "2"});
    EXPECT_EQ(run.code, 0) << run.err;
  }
}

TEST(InitData, WritesNothingForATableThatCannotBeRead) {
  const RunFolder folder("");
  folder.write("bad.csv", "a,b\n1,2,3\n");
  const auto result = call(folder, {"init", "x.yaml", "--data", "bad.csv"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("bad.csv:2:"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "x.yaml"));
  EXPECT_EQ(call(folder, {"init", "x.yaml", "--data", ""}).code, 2);
}

// A table elsewhere is named so that the sweep file finds it from its own folder.
TEST(InitData, NamesATableSoThatTheSweepFindsIt) {
  const RunFolder folder("");
  std::filesystem::create_directories(folder.path() / "sweeps");
  std::filesystem::create_directories(folder.path() / "my data");
  folder.write("my data/flowers: red.csv", flowers(60));
  ASSERT_EQ(call(folder, {"init", "sweeps/f.yaml", "--data", "my data/flowers: red.csv"}).code, 0);
  const auto check = call(folder, {"check", "sweeps/f.yaml"});
  EXPECT_EQ(check.code, 0) << check.err;
}

}  // namespace
}  // namespace hpsearch::runner
