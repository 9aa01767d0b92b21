// What becomes of the columns of a table: features, target, group and order.
#include "nn/data/table_encoding.h"

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TableEncoding : public testing::Test {
 protected:
  std::vector<std::string> treatments(const Dataset& data) const {
    std::vector<std::string> all;
    for (const ColumnReport& report : data.column_reports) {
      all.push_back(report.name + ": " + report.treatment);
    }
    return all;
  }

  test::TableFolder folder_;
};

TEST_F(TableEncoding, MakesOneFeatureOrSeveralOfEachColumn) {
  const Dataset data = folder_.load(
      "n,gap,flag,kind,kind_gap,same,one,y\n"
      "1.5,7,true,b,u,3,4,no\n"
      "-2,,false,a,,3,,yes\n"
      "0,8,true,c,v,3,4,no\n");
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.columns, 1U + 2U + 1U + 3U + 2U + 0U + 1U);
  EXPECT_THAT(
      treatments(data),
      ElementsAre("n: number",
                  "gap: number; 1 missing value becomes the training part's median, and one "
                  "more feature says where",
                  "flag: text; false is 0, true is 1", "kind: text; 3 features: a, b, c",
                  "kind_gap: text; 2 features: u, v; 1 missing value has none of them",
                  "same: left out: every row has 3",
                  "one: 4 wherever it is there; one feature says where it is missing (1 "
                  "row)",
                  "y: target; 2 classes: no, yes"));
  EXPECT_THAT(data.notes, ElementsAre("1 column left out: 'same' (every row has 3)"));
  const std::vector<float> expected{1.5F, 7, 0, 1, 0, 1, 0, 1, 0, 0,  //
                                    -2,   0, 1, 0, 1, 0, 0, 0, 0, 1,  //
                                    0,    8, 0, 1, 0, 0, 1, 0, 1, 0};
  ASSERT_EQ(data.real_features.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i == 11) {
      EXPECT_TRUE(std::isnan(data.real_features[i]));
    } else {
      EXPECT_EQ(data.real_features[i], expected[i]) << i;
    }
  }
  EXPECT_EQ(data.task, Task::kBinary);
  EXPECT_EQ(data.classes, 2U);
  EXPECT_THAT(data.labels, ElementsAre(0U, 1U, 0U));
  EXPECT_THAT(data.class_names, ElementsAre("no", "yes"));
  EXPECT_EQ(data.target_name, "y");
  EXPECT_THAT(data.features, IsEmpty());
}

TEST_F(TableEncoding, LeavesOutTextsOfMoreThanFiftyLevels) {
  std::string bytes = "id,kind,x,y\n";
  for (int i = 0; i < 51; ++i) {
    bytes += fmt::format("id{},k{:02},{},{}\n", i, i % 50, i, i % 2 == 0 ? "a" : "b");
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(data.columns, 51U);
  EXPECT_EQ(data.column_reports[0].treatment, "left out: more than 50 different texts");
  EXPECT_EQ(data.column_reports[1].treatment,
            "text; 50 features: k00, k01, k02, k03, k04, k05, k06, k07, ...");
  EXPECT_THAT(data.notes, ElementsAre("1 column left out: 'id' (more than 50 different texts)"));
}

TEST_F(TableEncoding, RefusesATableOfWhichNothingIsLeft) {
  EXPECT_EQ(folder_.error("a,b,y\n1,,no\n1,,yes\n"),
            "t.csv: no column is left to learn from; give at least one column of numbers or of few "
            "texts");
}

TEST_F(TableEncoding, TakesDenormalsAsZero) {
  EXPECT_THAT(folder_.load("x,y\n1e-40,a\n1,b\n").real_features, ElementsAre(0.0F, 1.0F));
}

TEST_F(TableEncoding, TakesFewWholeNumbersForClassesAndSaysSo) {
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

TEST_F(TableEncoding, TakesOtherNumbersForRegression) {
  const Dataset data = folder_.load("x,y\n1,0.5\n2,1\n3,2\n");
  EXPECT_EQ(data.task, Task::kRegression);
  EXPECT_EQ(data.classes, 0U);
  EXPECT_THAT(data.targets, ElementsAre(0.5F, 1.0F, 2.0F));
  EXPECT_THAT(data.labels, IsEmpty());
  EXPECT_EQ(data.column_reports[1].treatment, "target; numbers from 0.5 to 2");
  std::string many = "x,y\n";
  for (int i = 0; i < 21; ++i) {
    many += fmt::format("{},{}\n", i, i);
  }
  EXPECT_EQ(folder_.load(many).task, Task::kRegression);
  EXPECT_EQ(folder_.load(many, {.task = Task::kClassification}).classes, 21U);
  EXPECT_EQ(folder_.load("x,y\n1,0\n2,1\n", {.task = Task::kRegression}).task, Task::kRegression);
}

TEST_F(TableEncoding, TakesTextsForClasses) {
  const Dataset data = folder_.load("x,y\n1,pear\n2,apple\n3,fig\n");
  EXPECT_EQ(data.task, Task::kClassification);
  EXPECT_THAT(data.class_names, ElementsAre("apple", "fig", "pear"));
  EXPECT_THAT(data.labels, ElementsAre(2U, 0U, 1U));
  EXPECT_EQ(folder_.load("x,y\n1,a\n2,b\n", {.task = Task::kClassification}).task,
            Task::kClassification);
}

TEST_F(TableEncoding, RefusesATargetThatDoesNotFitItsTask) {
  EXPECT_EQ(folder_.error("x,y\n1,a\n2,\n3,b\n4,?\n"),
            "t.csv:3:3: the target 'y' has no value here and in 1 more row; fill it in, or remove "
            "the row");
  EXPECT_EQ(
      folder_.error("x,y\n1,a\n2,a\n"),
      "t.csv: all 2 rows have the same value of the target 'y'; give rows of at least two, or "
      "name another target");
  EXPECT_EQ(
      folder_.error("x,y\n1,3\n2,3\n"),
      "t.csv: all 2 rows have the same value of the target 'y'; give rows of at least two, or "
      "name another target");
  EXPECT_EQ(folder_.error("x,y\n1,a\n2,b\n3,c\n", {.task = Task::kBinary}),
            "t.csv: the task is binary, but the target 'y' has 3 different values; write `task: "
            "classification`, or name another target");
  EXPECT_EQ(folder_.error("x,y\n1,a\n2,b\n", {.task = Task::kRegression}),
            "t.csv:2:3: the target 'a' in column 'y' is no number, but the task is regression; "
            "write `task: classification`, or name another target");
  EXPECT_EQ(folder_.error("x,y\n1,1e39\n2,0.5\n"),
            "t.csv:2:3: the target '1e39' in column 'y' is beyond 3.4e38; give the target in "
            "another unit");
  std::string many = "x,y\n";
  for (int i = 0; i < 1001; ++i) {
    many += fmt::format("{},id{}\n", i, i);
  }
  EXPECT_EQ(folder_.error(many),
            "t.csv: the target 'y' has more than 1000 different texts; name the column of the "
            "classes as target");
}

TEST_F(TableEncoding, KeepsGroupAndOrderOutOfTheFeatures) {
  const std::string bytes =
      "when,who,x,y\n2024-03-01,b,1,0.5\n2023-12-31,a,2,1.5\n2024-01-01,b,3,2.5\n";
  const Dataset grouped = folder_.load(bytes, {.group = "who"});
  EXPECT_THAT(grouped.groups, ElementsAre(0U, 1U, 0U));
  EXPECT_EQ(grouped.columns, 4U);  // when has three levels
  EXPECT_EQ(grouped.column_reports[1].treatment, "group; 2 groups, each in one part");
  const Dataset ordered = folder_.load(bytes, {.order = "when"});
  EXPECT_THAT(ordered.order, ElementsAre(2.0, 0.0, 1.0));
  EXPECT_EQ(ordered.column_reports[0].treatment,
            "order; from 2023-12-31 to 2024-03-01, the last rows are validated and tested on");
  EXPECT_THAT(ordered.notes,
              ElementsAre("the rows are ordered by 'when', from 2023-12-31 to 2024-03-01; the last "
                          "are validated and tested on"));
  EXPECT_THAT(folder_.load("t,x,y\n3,1,a\n-1.5,2,b\n", {.order = "t"}).order,
              ElementsAre(3.0, -1.5));
  EXPECT_THAT(folder_.load("g,x,y\n7,1,a\n5,2,b\n7,3,b\n", {.group = "g"}).groups,
              ElementsAre(0U, 1U, 0U));
  EXPECT_EQ(folder_.error("g,x,y\n7,1,a\n,2,b\n", {.group = "g"}),
            "t.csv:3:1: the group column 'g' has no value here; fill it in, or remove the row");
  EXPECT_EQ(folder_.error("t,x,y\n7,1,a\nNA,2,b\n", {.order = "t"}),
            "t.csv:3:1: the order column 't' has no value here; fill it in, or remove the row");
}

TEST_F(TableEncoding, OrdersByDatesOnlyWhereTheirTextsSortAsTheyDo) {
  const auto error = [&](const std::string& first, const std::string& second) {
    return folder_.error("t,x,y\n" + first + ",1,a\n" + second + ",2,b\n" + first + ",3,a\n",
                         {.order = "t"});
  };
  EXPECT_EQ(error("1.12.2023", "1.2.2023"),
            "t.csv:2:1: '1.12.2023' in the order column 't' is no date such as 2024-12-31; write "
            "dates as 2024-12-31, with a time behind it or without, or write numbers");
  EXPECT_THAT(error("2023-12-01", "Monday"),
              HasSubstr("t.csv:3:1: 'Monday' in the order column 't' is no date"));
  EXPECT_THAT(error("2023-12-01", "20231202"),
              HasSubstr("t.csv:3:1: '20231202' in the order column 't' is no date"));
  EXPECT_EQ(error("2023-12-01", "2023-12-01 10:00"),
            "t.csv:3:1: '2023-12-01 10:00' in the order column 't' is not written like the dates "
            "above it; write all dates in one form");
  EXPECT_EQ(error("2023-12-01T08:00", "2023-12-01T10:00"), "(no DataError)");
}

TEST_F(TableEncoding, RefusesMoreFeaturesThanItsLimitBeforeItMakesRoom) {
  Table table;
  table.rows = std::size_t{1} << 31;
  for (const char* name : {"a", "b", "c", "y"}) {
    table.columns.push_back({.name = name, .numbers = {0.0, 1.0}});
  }
  table.roles.target = 3;
  table.files.push_back({"big.csv", 0, "", "source"});
  EXPECT_EQ(test::data_error_of([&] { encode_table(std::move(table), {}); }),
            "big.csv: 2147483648 rows of 3 features are more than the limit of 4294967296 (16 "
            "GiB); give fewer rows, or leave columns out");
}

TEST_F(TableEncoding, KeepsAllTextsOfAGroupColumn) {
  std::string bytes = "g,x,y\n";
  for (int i = 0; i < 200; ++i) {
    bytes += fmt::format("p{},{},{}\n", i / 2, i, i % 2);
  }
  const Dataset data = folder_.load(bytes, {.group = "g"});
  EXPECT_EQ(data.groups[199], 99U);
  EXPECT_EQ(data.column_reports[0].treatment, "group; 100 groups, each in one part");
}

struct Shipped {
  std::string file;
  std::string sha256;
  Task task;
  std::size_t rows;
  std::size_t columns;
};

TEST(ShippedTables, AreWhatTheirReadmesSay) {
  const std::vector<Shipped> tables{
      {"breast-cancer/breast-cancer.csv",
       "bbe6bc506fec05b65edfb905b871a229bdc97341f512e7548a9ecc6081644251", Task::kBinary, 569, 30},
      {"diabetes/diabetes.csv", "731c91514b20f51185739fd2533cde9eccd1c61b16c2aba62d9c8082a9151d4f",
       Task::kRegression, 442, 10}};
  for (const Shipped& table : tables) {
    const Dataset data =
        load_dataset({.source = HPSEARCH_SOURCE_DIR "/configs/data/" + table.file});
    EXPECT_EQ(data.files[0].sha256, table.sha256);
    EXPECT_EQ(data.task, table.task);
    EXPECT_EQ(data.rows, table.rows);
    EXPECT_EQ(data.columns, table.columns);
    EXPECT_THAT(data.notes, IsEmpty());
  }
  const Dataset cancer =
      load_dataset({.source = HPSEARCH_SOURCE_DIR "/configs/data/breast-cancer/breast-cancer.csv"});
  EXPECT_THAT(cancer.class_names, ElementsAre("benign", "malignant"));
  EXPECT_EQ(std::count(cancer.labels.begin(), cancer.labels.end(), 1U), 212);
  EXPECT_EQ(cancer.real_features[0], 17.99F);
}

}  // namespace
}  // namespace hpsearch::nn
