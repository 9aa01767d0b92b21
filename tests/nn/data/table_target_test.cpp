// What a target is: classes or numbers, and how a message helps where it can be neither.
#include "nn/data/table_target.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TableTarget : public testing::Test {
 protected:
  test::TableFolder folder_;
};

TEST_F(TableTarget, TakesFewWholeNumbersForClassesAndSaysSo) {
  const Dataset data = folder_.load("x,y\n1,10\n2,9\n3,-1\n4,9\n");
  EXPECT_EQ(data.task, Task::kClassification);
  EXPECT_THAT(data.class_names, ElementsAre("-1", "9", "10"));
  EXPECT_THAT(data.labels, ElementsAre(2U, 1U, 0U, 1U));
  EXPECT_THAT(
      data.notes,
      ElementsAre("the target 'y' has 3 different whole numbers, which are taken as classes; "
                  "write `task: regression` under `dataset` to predict numbers"));
  EXPECT_EQ(folder_.load("x,y\n1,0\n2,1\n").task, Task::kBinary);
  EXPECT_THAT(folder_.load("x,y\n1,0\n2,1\n", {.task = Task::kClassification}).notes, IsEmpty());
}

TEST_F(TableTarget, TakesOtherNumbersForRegression) {
  const Dataset data = folder_.load("x,y\n1,0.5\n2,1\n3,2\n");
  EXPECT_EQ(data.task, Task::kRegression);
  EXPECT_EQ(data.classes, 0U);
  EXPECT_THAT(data.targets, ElementsAre(0.5, 1.0, 2.0));
  EXPECT_THAT(data.labels, IsEmpty());
  EXPECT_EQ(data.column_reports[1].treatment, "target; numbers from 0.5 to 2");
  std::string many = "x,y\n";
  for (int i = 0; i < 21; ++i) {
    many += fmt::format("{},{}\n", i * i, i * 2);
  }
  EXPECT_EQ(folder_.load(many).task, Task::kRegression);
  EXPECT_THAT(
      folder_.load(many).notes,
      ElementsAre("the target 'y' has 21 different whole numbers, which are taken as numbers; "
                  "write `task: classification` under `dataset` to predict classes"));
  EXPECT_EQ(folder_.load(many, {.task = Task::kClassification}).classes, 21U);
  EXPECT_EQ(folder_.load("x,y\n1,0\n2,1\n", {.task = Task::kRegression}).task, Task::kRegression);
}

TEST_F(TableTarget, TakesManyWholeNumbersThatCountForClasses) {
  std::string letters = "x,letter\n";
  std::string gap = "x,letter\n";
  for (int i = 0; i < 520; ++i) {
    letters += fmt::format("{},{}\n", i * 37 % 101, 1 + i % 26);
    gap += fmt::format("{},{}\n", i * 37 % 101, 1 + i % 26 + (i % 26 > 10 ? 1 : 0));
  }
  const Dataset data = folder_.load(letters);
  EXPECT_EQ(data.task, Task::kClassification);
  EXPECT_EQ(data.classes, 26U);
  EXPECT_THAT(data.notes, ElementsAre(HasSubstr("26 different whole numbers, which are taken as "
                                                "classes; write `task: regression`")));
  EXPECT_EQ(folder_.load(gap).task, Task::kRegression);
  EXPECT_EQ(folder_.load(letters + "3,27\n").task, Task::kRegression);  // a class of one row
}

TEST_F(TableTarget, LetsTheMetricDecideTheTask) {
  const std::string bytes = "x,y\n1,0.5\n4,1\n3,2\n";
  const Dataset classes =
      folder_.load(bytes, {.metric_wants_classes = true, .metric = "val_accuracy"});
  EXPECT_EQ(classes.task, Task::kClassification);
  EXPECT_THAT(classes.notes,
              ElementsAre("the target 'y' has 3 different numbers, which are classes "
                          "for the metric val_accuracy"));
  EXPECT_EQ(folder_.load("x,y\n1,0\n4,1\n3,2\n", {.metric_wants_classes = false}).task,
            Task::kRegression);
  EXPECT_THAT(
      folder_.error("x,y\n1,a\n4,b\n", {.metric_wants_classes = false, .metric = "val_rmse"}),
      HasSubstr("the target 'a' in column 'y' is not a number, but the metric val_rmse is for "
                "numbers; write another metric"));
}

TEST_F(TableTarget, KnowsAClassThatIsCalledNone) {
  std::string quoted = "a,disorder\n";
  std::string bare = "a,disorder\n";
  for (int i = 0; i < 9; ++i) {
    quoted += fmt::format("{},{}\n", i * i, i % 3 == 0 ? "\"None\"" : i % 3 == 1 ? "\"NA\"" : "x");
    bare += fmt::format("{},{}\n", i * i, i % 3 == 0 ? "None" : i % 3 == 1 ? "NA" : "x");
  }
  EXPECT_THAT(folder_.load(quoted).class_names, ElementsAre("NA", "None", "x"));
  EXPECT_THAT(folder_.load(bare, {.rules = {.missing = std::vector<std::string>()}}).class_names,
              ElementsAre("NA", "None", "x"));
  EXPECT_EQ(folder_.error(bare, {.target = "disorder"}),
            "t.csv:2:3: 'None' counts as a missing value of the target 'disorder', here and in 5 "
            "more rows; if it is a class, put it in quotes or write `missing: []` under `dataset`; "
            "else fill it in, or remove the row");
}

TEST_F(TableTarget, SaysThatTheTargetWasAGuess) {
  constexpr char kGuess[] =
      ". The last column was only a guess because no target is named; name one with --target "
      "NAME, or with `target: NAME` in the sweep file";
  std::string names = "x,name\n";
  for (int i = 0; i < 12; ++i) {
    names += fmt::format("{},n{}\n", i % 5, i);
  }
  for (const std::string& bytes :
       {std::string("x,y\n1,a\n2,\n3,b\n"), std::string("x,y\n1,a\n2,a\n"), names}) {
    EXPECT_THAT(folder_.error(bytes), testing::EndsWith(kGuess));
    EXPECT_THAT(folder_.error(bytes, {.target = std::uint64_t{1}}),
                testing::Not(HasSubstr("guess")));
  }
}

TEST_F(TableTarget, TakesTextsForClasses) {
  const Dataset data = folder_.load("x,y\n1,pear\n2,apple\n3,fig\n");
  EXPECT_EQ(data.task, Task::kClassification);
  EXPECT_THAT(data.class_names, ElementsAre("apple", "fig", "pear"));
  EXPECT_THAT(data.labels, ElementsAre(2U, 0U, 1U));
  EXPECT_EQ(folder_.load("x,y\n1,a\n2,b\n", {.task = Task::kClassification}).task,
            Task::kClassification);
}

// Spellings of rows to test on may be more frequent, yet name and order no class.
TEST_F(TableTarget, NamesAndOrdersClassesByItsFirstFile) {
  folder_.write("e.csv", "x,y\n1,Zed\n2,Zed\n3,Zed\n4,yes\n5,Yes\n");
  const Dataset data = folder_.load("x,y\n1,zed\n2,yes\n3,zed\n4,yes\n", {.test_file = "e.csv"});
  EXPECT_THAT(data.class_names, ElementsAre("yes", "zed"));
  EXPECT_THAT(data.labels, ElementsAre(1U, 0U, 1U, 0U, 1U, 1U, 1U, 0U, 0U));
}

TEST_F(TableTarget, RefusesATargetThatDoesNotFitItsTask) {
  const auto error = [&](const std::string& bytes, std::optional<Task> task = {}) {
    return folder_.error(bytes, {.target = "y", .task = task});
  };
  EXPECT_EQ(error("x,y\n1,a\n2,\n3,b\n4,?\n"),
            "t.csv:3:3: the target 'y' has no value here and in 1 more row; fill it in, or remove "
            "the row");
  EXPECT_EQ(
      error("x,y\n1,a\n2,a\n"),
      "t.csv: all 2 rows have the value 'a' in the target 'y'; name another target, or give rows "
      "with other values of it");
  EXPECT_EQ(
      error("x,y\n1,3\n2,3\n"),
      "t.csv: all 2 rows have the value '3' in the target 'y'; name another target, or give rows "
      "with other values of it");
  EXPECT_EQ(error("x,y\n1,a\n2,b\n3,c\n", Task::kBinary),
            "t.csv: the task is binary, but the target 'y' has 3 different values; write `task: "
            "classification`, or name another target");
  EXPECT_EQ(error("x,y\n1,a\n2,b\n", Task::kRegression),
            "t.csv:2:3: the target 'a' in column 'y' is not a number, but the task is regression; "
            "write `task: classification`, or name another target");
  EXPECT_EQ(error("x,y\n1,1e39\n2,0.5\n"),
            "t.csv:2:3: '1e39' in column 'y' is beyond 3.4e38; give the column in another unit, or "
            "drop it");
  std::string many = "x,y\n";
  for (int i = 0; i < 1003; ++i) {
    many += fmt::format("{},id{}\n", i, std::max(i, 1));
  }
  EXPECT_EQ(error(many),
            "t.csv: the target 'y' has more than 1000 different texts; name the column of the "
            "classes as target");
}

}  // namespace
}  // namespace hpsearch::nn
