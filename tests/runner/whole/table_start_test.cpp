// The real program from a table: `init --data`, `init FILE.csv` and `run FILE.csv`.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// An id, a price in dollars, a date, a category, and a class that the price decides.
std::string houses() {
  std::string text = "Id,price,sold,zone,cheap\n";
  for (int i = 0; i < 150; ++i) {
    const int price = 900 + i * 37 % 400;
    text += fmt::format("{},\"${},{:03}\",{}.{}.2019,{},{}\n", i + 1, 1 + price / 1000,
                        price % 1000, 1 + i % 28, 1 + i % 12,
                        i % 3 == 0   ? "North"
                        : i % 3 == 1 ? (i % 2 == 0 ? "north" : "North")
                                     : "South",
                        price < 1100 ? "yes" : "no");
  }
  return text;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TableStart : public testing::Test {
 protected:
  TableStart() { folder_.write("houses.csv", houses()); }

  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder_.path(), arguments);
  }

  test::TempFolder folder_;
};

const std::vector<std::string> kQuick{"--set", "run_cap=3",    "--set", "training.epochs=2",
                                      "--set", "method=random"};

std::vector<std::string> quick(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), kQuick.begin(), kQuick.end());
  return arguments;
}

TEST_F(TableStart, ShowsTheSameAboutEachColumnEverywhere) {
  const auto init = call({"init", "--data", "houses.csv", "--target", "cheap", "--drop", "Id"});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(read_file(folder_.path() / "sweep.yaml"),
              AllOf(HasSubstr("  target: cheap\n"), HasSubstr("  task: binary\n"),
                    HasSubstr("  columns: {drop: [Id]}\n")));
  const auto check = call({"check", "sweep.yaml"});
  ASSERT_EQ(check.code, 0) << check.err;
  const auto run = call(quick({"run", "sweep.yaml"}));
  ASSERT_EQ(run.code, 0) << run.err;
  const auto data = nlohmann::json::parse(
      test::query(folder_.path() / "hpsearch.db", "SELECT data_json FROM sweeps"));
  ASSERT_EQ(data["columns"].size(), 5U);
  ASSERT_EQ(call({"report", "--html", "page.html"}).code, 0);
  const std::string page = read_file(folder_.path() / "page.html");
  for (const auto& column : data["columns"]) {
    const std::string name = column["name"];
    const std::string treatment = column["treatment"];
    EXPECT_THAT(init.err, HasSubstr(fmt::format("  {}: {}\n", name, treatment)));
    EXPECT_THAT(check.out, HasSubstr(fmt::format("  {:5}  {}\n", name, treatment)));
    EXPECT_THAT(page, HasSubstr(column.dump()));
  }
  for (const std::string note : data["notes"]) {
    EXPECT_THAT(init.err, HasSubstr("note: " + note + "\n"));
    EXPECT_THAT(check.out, HasSubstr("  note: " + note + "\n"));
    EXPECT_THAT(run.err, HasSubstr(note + "\n"));
    EXPECT_THAT(page, HasSubstr(nlohmann::json(note).dump()));
  }
  EXPECT_EQ(data["columns"][1]["treatment"], "number, '$1,900' is read as 1900");
  EXPECT_THAT(std::string(data["columns"][2]["treatment"]), HasSubstr("date, day first"));
  EXPECT_EQ(data["columns"][3]["treatment"], "category; North is 0, South is 1");
}

TEST_F(TableStart, TakesATableForASweepFileAsData) {
  const auto init = call({"init", "houses.csv"});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, AllOf(HasSubstr("no target was named, so the last column 'cheap' is taken"),
                              HasSubstr("wrote sweep.yaml;"), Not(HasSubstr("remove"))));
  EXPECT_EQ(read_file(folder_.path() / "houses.csv"), houses());
  EXPECT_THAT(read_file(folder_.path() / "sweep.yaml"),
              HasSubstr("target: cheap  # the last column"));
  const auto again = call({"init", "houses.csv"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, AllOf(HasSubstr("hpsearch init NAME.yaml --data houses.csv"),
                               Not(HasSubstr("remove"))));
  EXPECT_THAT(
      call({"check", "houses.csv"}).err,
      HasSubstr("houses.csv: is a table, not a sweep file; `hpsearch init houses.csv` shows"));
  EXPECT_THAT(call({"init", "x.csv", "--data", "houses.csv"}).err,
              HasSubstr("'x.csv' is the name of a table"));
  EXPECT_THAT(call({"init", "--target", "cheap"}).err,
              HasSubstr("go with a table; name it with --data"));
  EXPECT_THAT(call({"init", "--data", "houses.csv", "--task", "regresion", "x.yaml"}).err,
              HasSubstr("did you mean 'regression'?"));
  EXPECT_EQ(call({"init", "--data", "hauses.csv"}).err,
            "hpsearch: hauses.csv: there is no such file; check the name and the folder\n");
  EXPECT_THAT(call({"init", "y.yaml", "--data", "houses.csv", "--target", "chaep"}).err,
              HasSubstr("did you mean 'cheap'?"));
}

// A column that fits two styles is refused; init takes the key that settles it, and writes it.
TEST_F(TableStart, TakesKeysThatSettleHowATableIsRead) {
  std::string text = "x;y\n";
  for (int i = 0; i < 60; ++i) {
    text += fmt::format("{},{:03};{}\n", 1 + i % 7, i * 37 % 1000, i % 2 == 0 ? "a" : "b");
  }
  folder_.write("eu.csv", text);
  const auto refused = call({"init", "eu.yaml", "--data", "eu.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("`decimal: comma`"), HasSubstr("--set dataset.KEY=VALUE")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "eu.yaml"));
  const auto init = call({"init", "eu.yaml", "--data", "eu.csv", "--set", "dataset.decimal=comma"});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(read_file(folder_.path() / "eu.yaml"), HasSubstr("  decimal: comma\n"));
  EXPECT_EQ(call({"check", "eu.yaml"}).code, 0);
  EXPECT_THAT(call({"init", "z.yaml", "--data", "eu.csv", "--set", "run_cap=3"}).err,
              HasSubstr("'init' takes --set for keys under 'dataset' that tell how to read"));
}

TEST_F(TableStart, RunsATableAndContinuesTheSweepThatItWrote) {
  const auto run = call(quick({"run", "houses.csv", "--target", "cheap"}));
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("wrote houses.yaml"));
  EXPECT_THAT(run.out, HasSubstr("trials: 3 of 3 complete\n"));
  const std::string written = read_file(folder_.path() / "houses.yaml");
  EXPECT_THAT(written, testing::StartsWith("# Written by `hpsearch run houses.csv`"));
  EXPECT_EQ(test::query(folder_.path() / "hpsearch.db", "SELECT name FROM sweeps"), "houses");
  const auto again = call(quick({"run", "houses.csv", "--target", "cheap"}));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(read_file(folder_.path() / "houses.yaml"), written);
  EXPECT_EQ(test::query(folder_.path() / "hpsearch.db", "SELECT count(*) FROM sweeps"), "1");
  const auto other = call({"run", "houses.csv", "--target", "zone"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err,
              HasSubstr("houses.yaml: its target is 'cheap', not 'zone'; change the file, or"));
}

// --target and --drop take numbers of columns too, where no column has that name.
TEST_F(TableStart, FindsColumnsByNumberAndComparesThemWithTheFile) {
  const auto run = call(quick({"run", "houses.csv", "--target", "4", "--drop", "0, zone"}));
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(read_file(folder_.path() / "houses.yaml"),
              AllOf(HasSubstr("  target: cheap\n"), HasSubstr("  columns: {drop: [0, zone]}\n")));
  EXPECT_THAT(run.err,
              HasSubstr("2 columns left out: 'Id' (dropped by `columns`), 'zone' (dropped"));
  const auto again = call(quick({"run", "houses.csv", "--target", "4", "--drop", "zone"}));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("using houses.yaml, which an earlier run wrote"));
  EXPECT_THAT(call({"run", "houses.csv", "--drop", "price"}).err,
              HasSubstr("houses.yaml: it does not drop the column 'price'"));
  EXPECT_THAT(call({"init", "--data", "houses.csv", "--target", "9"}).err,
              HasSubstr("the target is column number 9, but the columns have the numbers 0 to 4"));
  EXPECT_THAT(call({"init", "--data", "houses.csv", "--set", "dataset.test=9"}).err,
              HasSubstr("'init' takes --set for keys under 'dataset' that tell how to read"));
}

TEST_F(TableStart, LeavesASweepFileAloneThatItDidNotWrite) {
  folder_.write("houses.yaml", "dataset: {source: houses.csv}\n");
  const auto run = call({"run", "houses.csv"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err,
              HasSubstr("houses.yaml: exists already, and `run houses.csv` did not write it"));
  EXPECT_EQ(read_file(folder_.path() / "houses.yaml"), "dataset: {source: houses.csv}\n");
  EXPECT_THAT(call({"run", "houses.yaml", "--target", "cheap"}).err, HasSubstr("go with a table"));
}

}  // namespace
}  // namespace hpsearch::runner
