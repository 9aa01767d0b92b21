// Is the first line of a table a header or a row?
#include "nn/files/csv_header.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/csv_separator.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class CsvHeader : public testing::Test {
 protected:
  FirstLine judge(std::string_view bytes) const {
    return judge_first_line(bytes, find_separator(bytes));
  }

  test::TableFolder folder_;
};

// The beginnings of the three classes of Fisher's irises, as the UCI repository has them.
constexpr char kIris[] =
    "5.1,3.5,1.4,0.2,Iris-setosa\n"
    "4.9,3.0,1.4,0.2,Iris-setosa\n"
    "7.0,3.2,4.7,1.4,Iris-versicolor\n"
    "6.4,3.2,4.5,1.5,Iris-versicolor\n"
    "6.3,3.3,6.0,2.5,Iris-virginica\n"
    "5.8,2.7,5.1,1.9,Iris-virginica\n";

TEST_F(CsvHeader, IsNoneWhereTheFirstLineLooksLikeTheRowsBelowIt) {
  EXPECT_EQ(judge(kIris), FirstLine::kRow);
  const Dataset data = folder_.load(kIris);
  EXPECT_EQ(data.rows, 6U);
  EXPECT_THAT(data.labels, ElementsAre(0U, 0U, 1U, 1U, 2U, 2U));
  EXPECT_THAT(data.class_names, ElementsAre("Iris-setosa", "Iris-versicolor", "Iris-virginica"));
  EXPECT_EQ(data.real_features[0], 5.1F);
  EXPECT_THAT(data.notes, Contains("t.csv has no header line: its columns are called by their "
                                   "numbers, 0 to 4"));
  EXPECT_EQ(judge("1;a;?\n?;b;2\n3;a;3\n"), FirstLine::kRow);
  EXPECT_EQ(judge("1,5;a\n2,5;a\n"), FirstLine::kRow);
}

TEST_F(CsvHeader, IsALineOfTextsAlone) {
  EXPECT_EQ(judge("a,b\nc,b\n"), FirstLine::kHeader);
  EXPECT_EQ(judge("x,,y\n1,2,3\n"), FirstLine::kHeader);
  EXPECT_EQ(judge("1,2\n3,4\n"), FirstLine::kRow);
}

TEST_F(CsvHeader, IsALineWithNumbersThatIsUnlikeTheRowsAndIsSaid) {
  EXPECT_EQ(judge("2019,2020,y\n1,2,a\n3,4,b\n"), FirstLine::kHeaderWithNumbers);
  EXPECT_EQ(judge("1,a\nx,a\nz,a\n"), FirstLine::kHeaderWithNumbers);  // texts below a number
  EXPECT_EQ(judge("150,4,setosa,virginica\n5.1,3.5,1.4,0\n"), FirstLine::kHeaderWithNumbers);
  EXPECT_EQ(judge("1,a\n"), FirstLine::kHeaderWithNumbers);
  EXPECT_THAT(folder_.load("\n2019,y\n1,a\n3,b\n").notes,
              Contains("line 2 of t.csv is read as its header, though '2019' is a number; write "
                       "`header: false` under `dataset` if it is a row"));
}

TEST_F(CsvHeader, IsNoneInATableOfTextsThatRepeatsItsFirstLine) {
  std::string bytes;
  for (std::size_t i = 0; i < 60; ++i) {
    bytes += fmt::format("{},{},{}\n", std::array{"red", "green", "blue"}[i % 3],
                         std::array{"s", "m", "l"}[i / 3 % 3], i % 4 == 0 ? "bad" : "good");
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(data.rows, 60U);
  EXPECT_EQ(data.target_name, "2");
  EXPECT_THAT(data.notes, Contains(HasSubstr("has no header line")));
  EXPECT_EQ(judge("x,y\n1,2\n3,4\nx,y\n5,6\n"),
            FirstLine::kHeader);  // repeated, but unlike the rows
}

TEST_F(CsvHeader, MayCountTheColumns) {
  EXPECT_EQ(judge("0,1,2\n5.1,3.5,7\n4.9,3.0,8\n"), FirstLine::kHeaderOfPositions);
  EXPECT_EQ(judge(",0,1,2\n0,5.1,3.5,7\n"), FirstLine::kHeaderOfPositions);
  EXPECT_EQ(judge("0,1\n5.1,3.5\n"), FirstLine::kRow);
  const Dataset data = folder_.load("0,1,2\n5.1,3.5,a\n4.9,3.0,b\n4.8,3.1,b\n");
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.target_name, "2");
  EXPECT_THAT(data.notes, Contains(HasSubstr("counts the columns from 0")));
  EXPECT_EQ(folder_.load("0,1,2\n5.1,3.5,0\n4.9,3.0,1\n", {.rules = {.header = false}}).rows, 3U);
  EXPECT_EQ(folder_.load("a,b\nc,b\nc,b\nc,d\n", {.rules = {.header = false}}).rows, 4U);
  EXPECT_EQ(folder_.load("3,4\n1,2\n2,3\n5,4\n", {.rules = {.header = true}}).target_name, "4");
}

TEST_F(CsvHeader, IsNotLookedForInAFurtherFileOfATableWithoutOne) {
  folder_.write("e.csv", "6.1,2.9,4.7,1.4,Iris-versicolor\n");
  const Dataset data = folder_.load(kIris, {.test_file = "e.csv"});
  EXPECT_EQ(data.own_test_rows, 1U);
  EXPECT_EQ(data.labels[6], 1U);
  folder_.write("e.csv", "a,b,c,d,y\n6.1,2.9,4.7,1.4,Iris-versicolor\n");
  EXPECT_EQ(folder_.error(kIris, {.test_file = "e.csv"}),
            "e.csv:1:1: a header line, unlike t.csv; give both files the same columns");
  folder_.write("e.csv", "6.1,Iris-versicolor\n");
  EXPECT_THAT(folder_.error("x,y\n1,a\n2,b\n", {.test_file = "e.csv"}),
              StartsWith("e.csv:1:1: column 0 is '6.1', but 'x' in t.csv"));
}

}  // namespace
}  // namespace hpsearch::nn
