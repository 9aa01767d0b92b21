// What the columns of a table become: features, target, group and order.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/column_notes.h"
#include "nn/data/column_rule.h"
#include "test_locations.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using test::treatments;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ColumnKinds : public testing::Test {
 protected:
  test::TableFolder folder_;
};

TEST_F(ColumnKinds, MakesOneFeatureOrSeveralOfEachColumn) {
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
                  "gap: number; 1 missing value filled with the median of the training part, and "
                  "marked by one more feature",
                  "flag: boolean; false is 0, true is 1", "kind: category; 3 features: a, b, c",
                  "kind_gap: category; 2 features: u, v; all 0 for 1 missing value",
                  "same: left out: every row has 3",
                  "one: 4 or missing (1 row); one feature marks the missing ones",
                  "y: target; 2 classes: no, yes"));
  EXPECT_THAT(data.notes, IsEmpty());
  EXPECT_EQ(left_out_note(data.column_reports), "1 column left out: 'same' (every row has 3)");
  const std::vector<float> expected{1.5F, 7,   0, 1, 0, 1, 0, 1, 0, 0,  //
                                    -2,   7.5, 1, 0, 1, 0, 0, 0, 0, 1,  //
                                    0,    8,   0, 1, 0, 0, 1, 0, 1, 0};
  ASSERT_EQ(data.real_features.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(data.real_features[i], expected[i]) << i;
  }
  EXPECT_EQ(data.task, Task::kBinary);
  EXPECT_EQ(data.classes, 2U);
  EXPECT_THAT(data.labels, ElementsAre(0U, 1U, 0U));
  EXPECT_THAT(data.class_names, ElementsAre("no", "yes"));
  EXPECT_EQ(data.target_name, "y");
  EXPECT_THAT(data.features, IsEmpty());
}

TEST_F(ColumnKinds, KeepsTheMostFrequentOfManyTexts) {
  std::string bytes = "kind,x,y\n";
  for (int i = 0; i < 120; ++i) {
    bytes += fmt::format("k{:02},{},{}\n", i < 60 ? i : i % 2, i * i, i % 3 == 0 ? "a" : "b");
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(data.columns, 52U);
  EXPECT_THAT(data.column_reports[0].treatment,
              HasSubstr("category; 51 features: the 50 most frequent of 60 texts, and `other` for "
                        "the rest (10 rows): k00, k01"));
  const Dataset few = folder_.load(bytes, {.rules = {.max_levels = 2}});
  EXPECT_EQ(few.columns, 4U);
  EXPECT_EQ(few.real_features[0], 1.0F);      // k00
  EXPECT_EQ(few.real_features[4 + 1], 1.0F);  // k01
  EXPECT_EQ(few.real_features[8 + 2], 1.0F);  // one of the others
}

TEST_F(ColumnKinds, LeavesOutIdsAndFreeText) {
  std::string bytes = "Id,user,down,comment,score,when,y\n";
  for (int i = 0; i < 40; ++i) {
    bytes += fmt::format("{},u{},{},it was the day number {} of all,{}.5,{},{}\n", 1000 + i, i,
                         500 - i, i * 3 % 37, i * 7 % 41, 2000 + i / 2, i % 2 == 0 ? "a" : "b");
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_THAT(treatments(data)[0],
              "Id: left out: whole numbers that count the rows; `columns: {numeric: ['Id']}` keeps "
              "it, since a row number can stand for time");
  EXPECT_THAT(treatments(data)[1],
              "user: left out: a different text in every row, so an id; `columns: {categorical: "
              "['user']}` keeps it");
  EXPECT_THAT(treatments(data)[2], HasSubstr("down: left out: whole numbers that count the rows"));
  EXPECT_THAT(treatments(data)[3],
              HasSubstr("comment: left out: free text, 37 different ones in 40"));
  EXPECT_EQ(treatments(data)[4], "score: number");  // different in every row, but no whole numbers
  EXPECT_EQ(treatments(data)[5], "when: number");   // two rows a year
  EXPECT_EQ(data.columns, 2U);
  EXPECT_THAT(left_out_note(data.column_reports),
              testing::StartsWith("4 columns left out: 'Id' (whole numbers that count the rows), "
                                  "'user' (a different text in every row, so an id), "));
  const Dataset kept =
      folder_.load(bytes, {.rules = {.columns = {{"Id", WishedKind::kNumeric},
                                                 {"user", WishedKind::kCategorical},
                                                 {"comm*", WishedKind::kDrop},
                                                 {std::uint64_t{5}, WishedKind::kId}}}});
  EXPECT_EQ(treatments(kept)[0], "Id: number");
  EXPECT_THAT(treatments(kept)[1], HasSubstr("user: category; 40 features"));
  EXPECT_EQ(treatments(kept)[3], "comment: left out: dropped by `columns`");
  EXPECT_EQ(treatments(kept)[5], "when: left out: an id by `columns`");
}

TEST_F(ColumnKinds, KeepsARowNumberWhereNothingElseIsLeft) {
  std::string bytes = "t,same,y\n";
  for (int i = 0; i < 20; ++i) {
    bytes += fmt::format("{},1,{}.5\n", i, i * i);
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(treatments(data)[0], "t: number");
  EXPECT_THAT(data.notes,
              testing::Contains(HasSubstr("it is kept because no other column is left")));
}

TEST_F(ColumnKinds, FindsAnIdWhoseRowsWereShuffledByItsName) {
  std::string bytes = "PassengerId,rank,y\n";
  for (int i = 0; i < 40; ++i) {
    bytes += fmt::format("{},{},{}\n", 1 + i * 7 % 41, 1 + i * 9 % 41, i % 2);
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_THAT(treatments(data)[0],
              HasSubstr("left out: a different whole number in every row, so an id"));
  EXPECT_EQ(treatments(data)[1], "rank: number");
}

// Eight digits are a number unless the sweep file says that they are a date.
TEST_F(ColumnKinds, ReadsNumbersAsDatesWhereItIsAsked) {
  const std::string bytes = "d,y\n20240131,a\n20240201,b\n";
  EXPECT_EQ(treatments(folder_.load(bytes))[0], "d: number");
  EXPECT_THAT(
      treatments(folder_.load(bytes, {.rules = {.columns = {{"d", WishedKind::kDate}}}}))[0],
      HasSubstr("d: date; 4 features: month, day of the week, day of the year"));
}

// The advice can be copied into a sweep file, whatever the name.
TEST_F(ColumnKinds, QuotesNamesForTheSweepFile) {
  const std::string name = "the tenant's number, as the office of the town of his birth knows it";
  std::string bytes = "\"" + name + "\",x,y\n";
  for (int i = 0; i < 12; ++i) {
    bytes += fmt::format("{},{},{}\n", i, i * i % 7, i % 2);
  }
  EXPECT_THAT(treatments(folder_.load(bytes))[0],
              HasSubstr("`columns: {numeric: ['the tenant''s number, as the office of the town of "
                        "his birth knows it']}` keeps it"));
}

TEST_F(ColumnKinds, RefusesListsOfColumnsThatDoNotFitTheTable) {
  const std::string bytes = "age,size,y\n1,2,a\n2,4,b\n";
  const auto error = [&](std::vector<ColumnWish> wishes) {
    return folder_.error(bytes, {.target = "y", .rules = {.columns = std::move(wishes)}});
  };
  EXPECT_EQ(error({{"agee", WishedKind::kDrop}}),
            "t.csv: `drop` lists column 'agee', but there is none of that name; did you mean "
            "'age'? The columns are 'age', "
            "'size', 'y'");
  EXPECT_THAT(error({{"szie", WishedKind::kDrop}}), HasSubstr("did you mean 'size'?"));
  EXPECT_THAT(error({{"x*", WishedKind::kDrop}}),
              HasSubstr("`drop` lists columns like 'x*', but no name matches"));
  EXPECT_THAT(error({{"y", WishedKind::kId}}), HasSubstr("column 'y' is the target, but `id`"));
  EXPECT_THAT(
      error({{"age", WishedKind::kId}, {"age", WishedKind::kDrop}}),
      HasSubstr("column 'age' is listed under both `id` and `drop` of `columns`; list it once"));
}

TEST_F(ColumnKinds, MakesFeaturesOfDates) {
  std::string bytes = "when,clock,y\n";
  for (int day = 1; day <= 28; ++day) {
    bytes +=
        fmt::format("{}.{}.20{},{}:30,{}\n", day, 1 + day % 3, 10 + day % 2, day % 24, day % 2);
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(treatments(data)[0],
            "when: date, day first; 5 features: year, month, day of the week, day of the year, "
            "elapsed time");
  EXPECT_EQ(treatments(data)[1], "clock: time of the day; 2 features: hour, elapsed time");
  EXPECT_EQ(data.columns, 7U);
  EXPECT_THAT(std::vector<float>(data.real_features.begin(), data.real_features.begin() + 7),
              ElementsAre(2011, 2, 1, 32, 15006, 1, 1.5F / 24.0F));  // Tuesday 1 February 2011
  EXPECT_THAT(data.notes, testing::Contains(HasSubstr("write `order: 'when'` under `dataset`")));
}

TEST_F(ColumnKinds, RefusesDatesThatCannotBeReadInOneWay) {
  std::string bytes = "when,y\n";
  for (int i = 1; i <= 12; ++i) {
    bytes += fmt::format("{}/{}/2020,{}\n", i, 1 + i % 11, i % 2);
  }
  EXPECT_EQ(folder_.error(bytes),
            "t.csv:2:1: '1/2/2020' in column 'when' is 2020-02-01 if the day comes first, or "
            "2020-01-02 if the month does, and no row decides it; write `columns: {date: {when: "
            "day_first}}` or `{when: month_first}` under `dataset`");
  EXPECT_THAT(treatments(folder_.load(
                  bytes, {.rules = {.columns = {{"when", WishedKind::kMonthFirst}}}}))[0],
              HasSubstr("when: date, month first"));
  EXPECT_THAT(folder_.error(bytes + "25/3/2020,0\n31/2/2020,1\n"),
              HasSubstr("t.csv:15:1: '31/2/2020' in column 'when' is not a valid date"));
  std::string iso = "when,y\n";
  for (int i = 1; i <= 28; ++i) {
    iso += fmt::format("2023-02-{:02},{}\n", i, i % 2);
  }
  EXPECT_THAT(folder_.error(iso + "2023-02-30,1\n"),
              HasSubstr("t.csv:30:1: '2023-02-30' in column 'when' is not a valid date"));
}

TEST_F(ColumnKinds, TakesCodesThatAreWrittenLikeDatesForTexts) {
  const Dataset data =
      folder_.load("sort,y\n12-34-56,1\n20-41-99,0\n12-34-56,1\n20-41-99,0\n12-34-56,0\n");
  EXPECT_EQ(treatments(data)[0], "sort: category; 12-34-56 is 0, 20-41-99 is 1");
}

TEST_F(ColumnKinds, TakesSpellingsThatDifferInCaseAndBlanksForOneLevel) {
  const Dataset data = folder_.load(
      "flag,city,y\nTRUE,Rome,1\nFalse,rome ,0\ntrue,\" Rome\",1\nfalse,New  York,0\nTrue,new "
      "york,1\n");
  EXPECT_EQ(treatments(data)[0], "flag: boolean; False is 0, TRUE is 1");
  EXPECT_EQ(treatments(data)[1], "city: category; New  York is 0, Rome is 1");
  EXPECT_THAT(data.real_features, ElementsAre(1, 1, 0, 1, 1, 1, 0, 0, 1, 0));
  EXPECT_THAT(data.notes,
              testing::Contains(HasSubstr("column 'city': texts that differ only in case")));
  const Dataset upper = folder_.load("flag,y\nYES,1\nno,0\nYES,1\n");
  EXPECT_EQ(treatments(upper)[0], "flag: boolean; no is 0, YES is 1");
}

TEST_F(ColumnKinds, NotesMarkersOfMissingValues) {
  std::string bytes = "co,plain,y\n";
  for (int i = 0; i < 50; ++i) {
    bytes += fmt::format("{},{},{}\n", i % 10 == 0 ? -200 : 900 + i * 37 % 200, i * 31 % 97, i % 2);
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_THAT(data.notes,
              testing::Contains(HasSubstr(
                  "column 'co' has -200 in 5 rows, far outside of its other values; write "
                  "`missing: [-200]`")));
  EXPECT_THAT(data.notes, testing::Not(testing::Contains(HasSubstr("'plain'"))));
  EXPECT_THAT(
      treatments(folder_.load(bytes, {.rules = {.missing = {{"-200"}}}}))[0],
      HasSubstr("co: number; 5 missing values filled with the median of the training part"));
}

TEST_F(ColumnKinds, KeepsTheWordsForMissingValuesBesideAListOfNumbers) {
  const std::string bytes = "size,kind,y\n1,?,a\n-999,u,b\n3,v,a\n4,\"?\",b\n";
  const auto kind = [&](std::vector<std::string> missing) {
    return treatments(folder_.load(bytes, {.rules = {.missing = std::move(missing)}}))[1];
  };
  EXPECT_EQ(kind({"-999"}), "kind: category; 3 features: ?, u, v; all 0 for 1 missing value");
  EXPECT_EQ(kind({"-999", "u"}), "kind: category; 2 features: ?, v; all 0 for 1 missing value");
  EXPECT_EQ(kind({}), "kind: category; 3 features: ?, u, v");
}

TEST_F(ColumnKinds, RefusesATableOfWhichNothingIsLeft) {
  EXPECT_THAT(
      folder_.error("a,b,y\n1,,no\n1,,yes\n"),
      HasSubstr("t.csv: no column is left to learn from; 2 columns left out: 'a' (every row "
                "has 1), 'b' (no row has a value)"));
}

TEST_F(ColumnKinds, TakesDenormalsAsZero) {
  EXPECT_THAT(folder_.load("x,y\n1e-40,a\n1,b\n").real_features, ElementsAre(0.0F, 1.0F));
}

TEST_F(ColumnKinds, KeepsGroupAndOrderOutOfTheFeatures) {
  const std::string bytes =
      "when,who,x,y\n2024-03-01,b,1,0.5\n2023-12-31,a,2,1.5\n2024-01-01,b,3,2.5\n";
  const Dataset grouped = folder_.load(bytes, {.group = "who"});
  EXPECT_THAT(grouped.groups, ElementsAre(0U, 1U, 0U));
  EXPECT_EQ(grouped.columns, 6U);  // x, and five of the dates
  EXPECT_EQ(grouped.column_reports[1].treatment, "group; 2 groups, each in one part");
  const Dataset ordered = folder_.load(bytes, {.order = "when"});
  EXPECT_THAT(ordered.order, ElementsAre(19783, 19722, 19723));
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

TEST_F(ColumnKinds, OrdersByDatesOfAnyForm) {
  const auto load = [&](const std::string& first, const std::string& second) {
    return folder_.load("t,x,y\n" + first + ",1,a\n" + second + ",2,b\n", {.order = "t"}).order;
  };
  const auto error = [&](const std::string& first, const std::string& second) {
    return folder_.error("t,x,y\n" + first + ",1,a\n" + second + ",2,b\n" + first + ",3,a\n",
                         {.order = "t"});
  };
  EXPECT_THAT(load("31.1.2023", "1.2.2023"), ElementsAre(19388, 19389));
  EXPECT_THAT(load("2023-12-01", "2023-12-01 12:00"), ElementsAre(19692, 19692.5));
  EXPECT_THAT(error("1.12.2023", "1.2.2023"), HasSubstr("and no row decides it"));
  EXPECT_THAT(
      error("2023-12-01", "Monday"),
      HasSubstr("t.csv:3:1: 'Monday' in the order column 't' is not a date such as 2024-12-31"));
  EXPECT_THAT(error("2023-12-01", "2023-02-30"),
              HasSubstr("'2023-02-30' in column 't' is not a valid date"));
  EXPECT_EQ(
      error("2023-12-01", "2023-12-01"),
      "t.csv: the order column 't' has the same value in every row; name a column that varies, "
      "or leave `order` out");
}

TEST_F(ColumnKinds, KeepsAllTextsOfAGroupColumn) {
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
    const Dataset data = test::with_features(
        load_dataset({.source = HPSEARCH_SOURCE_DIR "/configs/data/" + table.file}));
    EXPECT_EQ(data.files[0].sha256, table.sha256);
    EXPECT_EQ(data.task, table.task);
    EXPECT_EQ(data.rows, table.rows);
    EXPECT_EQ(data.columns, table.columns);
    EXPECT_THAT(data.notes, IsEmpty());
  }
  const Dataset cancer = test::with_features(load_dataset(
      {.source = HPSEARCH_SOURCE_DIR "/configs/data/breast-cancer/breast-cancer.csv"}));
  EXPECT_THAT(cancer.class_names, ElementsAre("benign", "malignant"));
  EXPECT_EQ(std::count(cancer.labels.begin(), cancer.labels.end(), 1U), 212);
  EXPECT_EQ(cancer.real_features[0], 17.99F);
}

}  // namespace
}  // namespace hpsearch::nn
