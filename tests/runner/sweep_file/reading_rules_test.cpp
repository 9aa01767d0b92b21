// What `dataset` says about the reading of a table, and how its mistakes are told.
#include <string>
#include <variant>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/console/usage_error.h"
#include "runner/sweep_file/load_data.h"
#include "runner/sweep_file/reading_rules_reader.h"
#include "runner/sweep_file/sweep_file.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ReadingRules : public testing::Test {
 protected:
  ReadingRules() {
    folder_.write("t.csv", "age,size,y\n1,2.5,a\n2,3.5,b\n4,1.5,a\n5,2,b\n7,8,a\n");
  }

  SweepFile load(const std::string& keys) const {
    SweepFile file = load_sweep_file(
        folder_.write("s.yaml", "dataset: {source: t.csv, " + keys + "}\n").string());
    file.source.path = "s.yaml";
    return file;
  }
  nn::ReadingRules rules(const std::string& keys) const {
    return load(keys).spec.dataset.source.rules;
  }
  template <class Work>
  static std::string error_of(Work work) {
    try {
      work();
    } catch (const SweepFileError& error) {
      return error.what();
    }
    return "no error";
  }
  std::string error(const std::string& keys) const {
    std::string text = error_of([&] { load(keys); });
    const std::string folder = folder_.path().string() + "/";
    return text.starts_with(folder) ? text.substr(folder.size()) : text;
  }

  test::TempFolder folder_;
};

TEST_F(ReadingRules, AreReadFromTheirKeys) {
  const nn::ReadingRules all = rules(
      "columns: {drop: [Id, 'x*', 3], numeric: zip, date: {when: day_first}, id: [], text: "
      "[note]}, "
      "missing: [-999, unknown, NA, null], separator: tab, decimal: ',', encoding: cp437, header: "
      "false, max_levels: 12");
  ASSERT_EQ(all.columns.size(), 6U);
  EXPECT_EQ(std::get<std::string>(all.columns[1].column), "x*");
  EXPECT_EQ(std::get<std::uint64_t>(all.columns[2].column), 3U);
  EXPECT_EQ(all.columns[3].kind, nn::WishedKind::kNumeric);
  EXPECT_EQ(all.columns[4].kind, nn::WishedKind::kDayFirst);
  EXPECT_EQ(all.columns[5].kind, nn::WishedKind::kText);
  EXPECT_THAT(*all.missing, ElementsAre("-999", "unknown", "NA", "null"));
  EXPECT_EQ(all.separator, '\t');
  EXPECT_EQ(all.decimal, ',');
  EXPECT_EQ(all.encoding, "cp437");
  EXPECT_EQ(all.header, false);
  EXPECT_EQ(all.max_levels, 12U);
  EXPECT_TRUE(rules("missing: []").missing->empty());
  EXPECT_FALSE(rules("task: binary").missing.has_value());
  EXPECT_EQ(rules("separator: ';'").separator, ';');
  EXPECT_EQ(rules("columns: {date: [when]}").columns[0].kind, nn::WishedKind::kDate);
}

TEST_F(ReadingRules, ExplainTheirMistakes) {
  EXPECT_THAT(error("columns: {dropp: [a]}"),
              AllOf(StartsWith("s.yaml:1:36: error: "), HasSubstr("did you mean 'drop'?")));
  EXPECT_THAT(error("columns: {drop: [[a]]}"),
              StartsWith("s.yaml:1:43: error: 'drop' must list columns' names"));
  EXPECT_THAT(error("columns: {date: {when: day_frist}}"), HasSubstr("did you mean 'day_first'?"));
  EXPECT_THAT(error("separator: ab"), HasSubstr("'separator' must be comma, semicolon, tab, bar"));
  EXPECT_THAT(error("decimal: ';'"), HasSubstr("'decimal' must be '.' or ','"));
  EXPECT_THAT(error("missing: [[a]]"), HasSubstr("'missing' must list texts and numbers"));
  EXPECT_THAT(error("max_levels: 1"), HasSubstr("'max_levels'"));
  EXPECT_THAT(error("seperator: tab"), HasSubstr("did you mean 'separator'?"));
  EXPECT_THAT(error_of([&] {
                load_sweep_file(
                    folder_.write("d.yaml", "dataset: {source: digits, missing: [x]}\n").string());
              }),
              HasSubstr("'missing' goes with a table of your own"));
}

TEST_F(ReadingRules, SayWhereAColumnIsNamedThatTheTableLacks) {
  const auto missing = [&](const std::string& keys) {
    return error_of([&] { load_data(load(keys)); });
  };
  EXPECT_THAT(missing("columns: {drop: [size, agee]}"),
              AllOf(StartsWith("s.yaml:1:49: error: "), HasSubstr("`drop` lists column 'agee'"),
                    HasSubstr("did you mean 'age'?")));
  EXPECT_THAT(missing("target: z"), StartsWith("s.yaml:1:34: error: "));
}

// The metric decides between classes and numbers, and names itself in the note.
TEST_F(ReadingRules, LeaveTheTaskToTheMetric) {
  std::string table = "age,size,y\n";
  for (int i = 0; i < 40; ++i) {
    table += fmt::format("{},{}.5,{}\n", i % 4, i * 7 % 11, i % 2 == 0 ? "a" : "b");
  }
  folder_.write("t.csv", table);
  const auto task = [&](const std::string& metric, const std::string& target) {
    const SweepFile file = load_sweep_file(
        folder_
            .write("m.yaml", "metric: {name: " + metric +
                                 "}\ndataset: {source: t.csv, target: " + target + "}\n")
            .string());
    return load_data(file).data.dataset->task;
  };
  EXPECT_EQ(task("val_rmse", "age"), nn::Task::kRegression);
  EXPECT_EQ(task("val_loss", "age"), nn::Task::kClassification);
  EXPECT_EQ(task("val_auc", "y"), nn::Task::kBinary);
}

}  // namespace
}  // namespace hpsearch::runner
