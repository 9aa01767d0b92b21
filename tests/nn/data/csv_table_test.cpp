// Tables of text: what is read, and where and how each mistake in a file is said.
#include "nn/data/csv_table.h"

#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/cell_value.h"
#include "nn/files/csv_reader.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CsvTable : public testing::Test {
 protected:
  // The cells of all records, each record in brackets, cells between bars.
  std::string cells(std::string_view bytes) const {
    CsvReader reader(folder_.write("cells.csv", bytes));
    std::string all;
    while (reader.next()) {
      all += '[';
      for (std::size_t c = 0; c < reader.cells().size(); ++c) {
        all += fmt::format("{}{}", c == 0 ? "" : "|", reader.cells()[c].text);
      }
      all += ']';
    }
    return all;
  }
  std::string error(std::string_view bytes) const { return folder_.error(bytes); }

  test::TableFolder folder_;
};

TEST_F(CsvTable, ReadsCellsAsTheRfcHasThem) {
  EXPECT_EQ(cells("a,b\n1,2\n"), "[a|b][1|2]");
  EXPECT_EQ(cells("a,b\r\n1,2"), "[a|b][1|2]");
  EXPECT_EQ(cells("\xEF\xBB\xBF"
                  "a,b\n"),
            "[a|b]");
  EXPECT_EQ(cells("a,b\n\n\r\n1,2\n\n"), "[a|b][1|2]");
  EXPECT_EQ(cells("\"a,\"\"x\"\"\",\"b\nc\"\n\"\",\"\"\"\"\n"), "[a,\"x\"|b\nc][|\"]");
  EXPECT_EQ(cells("a,b\n   \n1,2\n \r\n "), "[a|b][1|2]");
  EXPECT_EQ(cells("a\tb\n\t\n"), "[a|b][|]");
  EXPECT_EQ(cells(",\n,,\n"), "[|][||]");
  EXPECT_EQ(cells(" a , b b \n"), "[a|b b]");
  EXPECT_EQ(cells("\" a \",b\n"), "[ a |b]");
  EXPECT_EQ(cells(test::gzip("a,b\n1,2\n")), "[a|b][1|2]");
  EXPECT_EQ(cells("\xC3\xA4,\xF0\x9F\x99\x82\n"), "[\xC3\xA4|\xF0\x9F\x99\x82]");
}

TEST_F(CsvTable, TellsTheSeparatorByTheFirstLine) {
  EXPECT_EQ(cells("a;b;c\n1;2,5;3\n"), "[a|b|c][1|2,5|3]");
  EXPECT_EQ(cells("a\tb\n1,5\t2\n"), "[a|b][1,5|2]");
  EXPECT_EQ(cells("\"a;b;c\",d\n"), "[a;b;c|d]");
  EXPECT_EQ(cells("1,5;2,5;3,5\n"), "[1,5|2,5|3,5]");
  EXPECT_EQ(cells("1,5,2,5;3\n"), "[1|5|2|5;3]");
}

TEST_F(CsvTable, ReadsRecordsAcrossTheEndsOfItsBuffer) {
  // Records of all lengths, some beyond a buffer of 262,144 bytes, with quotes and line ends.
  std::string bytes = "a,b\n";
  std::string expected = "[a|b]";
  for (int i = 0; i < 40; ++i) {
    const std::string text(static_cast<std::size_t>(i) * 9973, static_cast<char>('a' + i % 26));
    bytes += fmt::format("\"{}\n\"\"\",{}\r\n", text, i);
    expected += fmt::format("[{}\n\"|{}]", text, i);
  }
  EXPECT_EQ(cells(bytes), expected);
}

TEST_F(CsvTable, SaysWhereARecordIsBroken) {
  EXPECT_EQ(error("a,b\n1,\"2\n"),
            "t.csv:2:3: this quote is not closed; close it, and write a quote within a cell as "
            "\"\"");
  EXPECT_EQ(
      error("a,b\n\"1\"x,2\n"),
      "t.csv:2:4: text after a closing quote; put the whole cell in quotes, and write a quote "
      "within it as \"\"");
  EXPECT_EQ(error("a,b\n\"x\ny\",5\" disk\n"),
            "t.csv:3:5: a quote within a cell that does not begin with one; put the whole cell in "
            "quotes, and write a quote within it as \"\"");
  EXPECT_EQ(error("a,b\r1,2\r"),
            "t.csv:1:4: a carriage return within a line; end each line with LF or CRLF, or put the "
            "whole cell in quotes");
  EXPECT_EQ(error(std::string("a,b\n1,\0\n", 8)), "t.csv:2:3: a NUL byte; save the table as UTF-8");
  EXPECT_EQ(error("a,b\n\xC3\xA4,M\xFCller\n"),
            "t.csv:2:4: byte 0xfc is not UTF-8; save the table as UTF-8");
  EXPECT_EQ(error("\xFF\xFE"
                  "a"),
            "t.csv:1:1: byte 0xff is not UTF-8; save the table as UTF-8");
}

TEST_F(CsvTable, RefusesALineBeyondItsBound) {
  const std::string digits(CsvReader::kMaximumRecordBytes, '1');
  EXPECT_EQ(error("a,b\n1,2\n1," + digits),
            "t.csv:3:1: this line is longer than 10 MB; end each row of the table with a line end "
            "(LF or CRLF)");
  EXPECT_EQ(error("a,b\n1,2\n1," + digits + "\n3,4\n"),
            "t.csv:3:1: this line is longer than 10 MB; end each row of the table with a line end "
            "(LF or CRLF)");
  EXPECT_EQ(error("a,b\n1,2\n1,\"" + digits + digits),
            "t.csv:3:3: this quote is not closed; close it, and write a quote within a cell as "
            "\"\"");
}

TEST_F(CsvTable, KeepsMemoryBoundedBeforeAGzipBomb) {
  std::string bomb;
  const std::string zeros = test::gzip(std::string(1'000'000, '0'));
  for (int i = 0; i < 1000; ++i) {
    bomb += zeros;
  }
  EXPECT_EQ(error(bomb),
            "t.csv:1:1: this line is longer than 10 MB; end each row of the table with a line end "
            "(LF or CRLF)");
  EXPECT_THAT(error(test::gzip("a,b\n1,2\n").substr(0, 20)),
              HasSubstr("the gzip data ends before"));
}

TEST_F(CsvTable, RefusesATableWithoutRowsOrOfOneColumn) {
  EXPECT_EQ(error(""), "t.csv: the file is empty; give a table with a header and rows");
  EXPECT_EQ(error("\n\n"), "t.csv: the file is empty; give a table with a header and rows");
  EXPECT_EQ(error("a,b\n"),
            "t.csv:2:1: the table ends after its header line; give it at least one row");
  EXPECT_EQ(
      error("a\n1\n2\n"),
      "t.csv:1:1: the table has one column, but a target and something to tell it by are two; "
      "separate the cells of a row by commas, semicolons or tabs");
}

TEST_F(CsvTable, RefusesASingleRow) {
  EXPECT_EQ(error("a,b\n1,2\n"),
            "t.csv: there is only one row; give rows of at least two, or name another target");
}

TEST_F(CsvTable, RefusesNamesThatAreEmptyOrTwice) {
  EXPECT_EQ(error("a,,c\n1,2,3\n"),
            "t.csv:1:3: column 1 has no name; name it in the header line, or remove the column");
  EXPECT_EQ(error("a,b,a\n1,2,3\n"),
            "t.csv:1:5: columns 0 and 2 are both called 'a'; give each column a name of its own");
}

TEST_F(CsvTable, RefusesRaggedRows) {
  EXPECT_EQ(error("a,b,c\n1,2,3\n1,2\n"),
            "t.csv:3:4: a row of 2 cells, but the table has 3 columns; give each row one cell a "
            "column, and put a cell that holds a separator in quotes");
  EXPECT_EQ(error("a,b\n1,2\n1,2,3,4\n"),
            "t.csv:3:5: a row of 4 cells, but the table has 2 columns; give each row one cell a "
            "column, and put a cell that holds a separator in quotes");
  EXPECT_THAT(error("a,b\n1\n"), HasSubstr("t.csv:2:2: a row of 1 cell, but"));
}

TEST_F(CsvTable, RefusesATextAmongNumbers) {
  std::string bytes = "x,y\n";
  for (int i = 0; i < 9; ++i) {
    bytes += fmt::format("{},{}\n", i, i % 2);
  }
  EXPECT_EQ(
      error(bytes + "unknown,1\n"),
      "t.csv:11:1: 'unknown' in column 'x', where 9 of 10 values are numbers; write a number, "
      "or an empty cell, NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, - or ? if the "
      "value is missing");
  EXPECT_EQ(
      error(bytes + "0x1A,1\n"),
      "t.csv:11:1: '0x1A' in column 'x', where 9 of 10 values are numbers; write a number, or "
      "an empty cell, NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, - or ? if the "
      "value is missing");
  EXPECT_EQ(
      error(bytes + "inf,1\n"),
      "t.csv:11:1: 'inf' in column 'x' is no finite number; write a number, or an empty cell, "
      "NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, - or ? if the value is missing");
  EXPECT_EQ(error(bytes + "-1e999,1\n"),
            "t.csv:11:1: '-1e999' in column 'x' is no finite number; write a number, or an empty "
            "cell, NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, - or ? if the value "
            "is missing");
  EXPECT_EQ(
      error(bytes + "1e300,1\n"),
      "t.csv:11:1: '1e300' in column 'x' is beyond 3.4e38; give the column in another unit, or "
      "remove it");
  EXPECT_EQ(error(bytes + "\"1,5\",1\n"),
            "t.csv:11:1: '1,5' in column 'x' has a decimal comma; write numbers with a decimal "
            "point, such as 1.5");
  EXPECT_EQ(error("x;y\n1,5;0\n2,5;1\n"),
            "t.csv:2:1: '1,5' in column 'x' has a decimal comma; write numbers with a decimal "
            "point, such as 1.5");
}

TEST_F(CsvTable, ShowsHostileTextsSafely) {
  EXPECT_EQ(error("a\x1b[31m,a\x1b[31m\n1,2\n"),
            "t.csv:1:8: columns 0 and 1 are both called 'a?[31m'; give each column a name of its "
            "own");
}

TEST_F(CsvTable, NotesWhatItMadeOfTheFile) {
  EXPECT_THAT(folder_.load("x;y\n1;a\n2;b\n").notes,
              ElementsAre("the cells of t.csv are separated by semicolons"));
  EXPECT_THAT(
      folder_.load("0.5\t1.5\n2\t3\n").notes,
      ElementsAre("t.csv has no header line: its columns are called by their numbers, 0 to 1",
                  "the cells of t.csv are separated by tabs"));
  EXPECT_THAT(folder_.load("a,b\n1,0.5\n2,1.5\n").notes, IsEmpty());
}

TEST_F(CsvTable, ReadsAColumnOfNumbersAndTextsAgainAsText) {
  const Dataset data = folder_.load("x,y\n1,a\n01,b\nz,a\nz,b\n");
  EXPECT_EQ(data.column_reports[0].treatment, "text; 3 features: 01, 1, z");
  EXPECT_THAT(data.notes,
              ElementsAre("column 'x' is taken for texts, though 2 of its 4 values are numbers; "
                          "its first text is 'z' at " +
                          (folder_.path() / "t.csv").string() + ":4:1"));
  EXPECT_THAT(folder_.load("g,x,y\n1,1,a\nz,2,b\n1,3,a\n", {.group = "g"}).notes, IsEmpty());
  EXPECT_THAT(data.real_features, ElementsAre(0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1));
}

TEST_F(CsvTable, FindsColumnsByNameAndByNumber) {
  const std::string bytes = "a,b,c\n1,x,3\n2,y,4\n";
  EXPECT_EQ(folder_.load(bytes, {.target = "b"}).target_name, "b");
  EXPECT_EQ(folder_.load(bytes, {.target = std::uint64_t{1}}).target_name, "b");
  EXPECT_EQ(folder_.load(bytes).target_name, "c");
  EXPECT_EQ(folder_.load(bytes, {.target = "b", .group = "c"}).target_name, "b");
  EXPECT_EQ(folder_.error(bytes, {.group = "c"}),
            "t.csv: the last column 'c' is the group; name the target");
  EXPECT_EQ(folder_.error(bytes, {.order = "c"}),
            "t.csv: the last column 'c' is the order; name the target");
  EXPECT_EQ(folder_.error(bytes, {.target = "d"}),
            "t.csv: there is no target column 'd'; the columns are 'a', 'b', 'c'");
  EXPECT_EQ(folder_.error(bytes, {.order = std::uint64_t{3}}),
            "t.csv: the order column is number 3, but the 3 columns have the numbers 0 to 2; write "
            "one of these, or the column's name");
  EXPECT_EQ(folder_.error(bytes, {.target = "c", .group = "c"}),
            "t.csv: column 'c' is both target and group; give each a column of its own");
}

TEST_F(CsvTable, TakesSeveralTargetsInTheOrderInWhichTheyAreNamed) {
  // Whole numbers too: several targets are a regression.
  const Dataset data = folder_.load("a,b,c\n1,5,3\n2,6,4\n1,7,0.5\n",
                                    {.target = "c", .further_targets = {std::uint64_t{0}}});
  EXPECT_EQ(data.task, Task::kRegression);
  EXPECT_EQ(data.outputs, 2U);
  EXPECT_EQ(data.columns, 1U);
  EXPECT_THAT(data.targets, ElementsAre(3, 1, 4, 2, 0.5F, 1));
  EXPECT_THAT(data.real_features, ElementsAre(5, 6, 7));
  EXPECT_EQ(data.target_name, "c");
  EXPECT_THAT(data.further_target_names, ElementsAre("a"));
  EXPECT_EQ(target_text(data), "'c', 'a'");
  EXPECT_EQ(data.column_reports[0].treatment, "target; numbers from 1 to 2");
  EXPECT_EQ(data.column_reports[2].treatment, "target; numbers from 0.5 to 4");
  EXPECT_THAT(data.notes, IsEmpty());
}

TEST_F(CsvTable, RefusesTargetsThatAreNoRegression) {
  const std::string bytes = "a,b,c,d,e,f\n1,x,3,5,,0\n2,y,4,5,6,1\n";
  const auto error = [&](const std::string& second, std::optional<Task> task = {}) {
    return folder_.error(bytes, {.target = "a", .further_targets = {second}, .task = task});
  };
  EXPECT_EQ(error("a"), "t.csv: column 'a' is a target twice; name each target once");
  EXPECT_EQ(error("g"),
            "t.csv: there is no target column 'g'; the columns are 'a', 'b', 'c', 'd', "
            "'e', 'f'");
  EXPECT_EQ(error("b"),
            "t.csv:2:3: the target 'x' in column 'b' is no number, but several targets are a "
            "regression; name one target, or targets that are numbers");
  EXPECT_EQ(error("d"),
            "t.csv: all 2 rows have the same value of the target 'd'; give rows of at "
            "least two, or name another target");
  EXPECT_EQ(error("e"),
            "t.csv:2:9: the target 'e' has no value here; fill it in, or remove the "
            "row");
  EXPECT_EQ(error("c", Task::kClassification),
            "t.csv: 2 targets are a regression, but the task is classification; name one target, "
            "or write `task: regression`");
  EXPECT_EQ(folder_.error(bytes, {.target = "a", .further_targets = {"c"}, .group = "c"}),
            "t.csv: column 'c' is both target and group; give each a column of its own");
}

TEST_F(CsvTable, AppendsTheValidationAndTheTestFile) {
  folder_.write("v.csv", "x,y\n5,b\n");
  folder_.write("e.csv", "x,y\n7,a\nNA,b\n");
  const Dataset data =
      folder_.load("x,y\n1,a\n2,b\n3,a\n", {.validation_file = "v.csv", .test_file = "e.csv"});
  EXPECT_EQ(data.rows, 6U);
  EXPECT_EQ(data.own_validation_rows, 1U);
  EXPECT_EQ(data.own_test_rows, 2U);
  EXPECT_EQ(data.columns, 2U);  // x, and where it is missing
  EXPECT_EQ(data.real_features[6], 5.0F);
  EXPECT_THAT(data.labels, ElementsAre(0U, 1U, 0U, 1U, 0U, 1U));
  ASSERT_EQ(data.files.size(), 3U);
  EXPECT_EQ(data.files[2].path, folder_.path() / "e.csv");

  folder_.write("e.csv", "x,z\n7,a\n");
  EXPECT_EQ(folder_.error("x,y\n1,a\n2,b\n", {.test_file = "e.csv"}),
            "e.csv:1:3: column 1 is 'z', but 'y' in t.csv; give both files the same columns");
  folder_.write("e.csv", "7,8\n");
  EXPECT_EQ(folder_.error("x,y\n1,a\n2,b\n", {.test_file = "e.csv"}),
            "e.csv:1:1: no header line, unlike t.csv; give both files the same columns");
}

TEST_F(CsvTable, RefusesOneFileForTwoParts) {
  const std::string bytes = "x,y\n1,a\n2,b\n";
  EXPECT_EQ(folder_.error(bytes, {.test_file = "t.csv"}),
            "t.csv: the test file holds the same as the source file t.csv; give each part rows of "
            "its own");
  folder_.write("v.csv", "x,y\n3,a\n");
  folder_.write("e.csv", "x,y\n3,a\n");
  EXPECT_EQ(folder_.error(bytes, {.validation_file = "v.csv", .test_file = "e.csv"}),
            "e.csv: the test file holds the same as the validation file v.csv; give each part rows "
            "of its own");
}

TEST_F(CsvTable, SurvivesRandomBytes) {
  const std::string alphabet = "0123456789.,;\t\"\n\r ab-e\xC3\xA4\xFF";
  std::uint32_t state = 7;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (std::uint32_t i = next(60); i > 0; --i) {
      bytes += alphabet[next(static_cast<std::uint32_t>(alphabet.size()))];
    }
    const std::string message = error(bytes);
    EXPECT_TRUE(message.starts_with("t.csv:") || message == "(no DataError)") << message;
  }
}

TEST(CellValue, ReadsDecimalNumbersOnly) {
  const auto number = [](std::string_view text) {
    const CellValue value = read_cell(text);
    return value.kind == CellValue::Kind::kNumber ? value.number
                                                  : std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_EQ(number("1"), 1.0);
  EXPECT_EQ(number("-1.5e3"), -1500.0);
  EXPECT_EQ(number("+.5"), 0.5);
  EXPECT_EQ(number("5."), 5.0);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number("1e-999"), 0.0);
  EXPECT_EQ(number("007"), 7.0);
  for (const char* text : {"", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL",
                           "None", "none", "-", "?"}) {
    EXPECT_EQ(read_cell(text).kind, CellValue::Kind::kMissing) << text;
  }
  for (const char* text : {"inf", "-Inf", "+infinity", "INFINITY", "1e999", "-1e309"}) {
    EXPECT_EQ(read_cell(text).kind, CellValue::Kind::kTooLarge) << text;
  }
  for (const char* text : {"1,5", "-0,25", "1,5e3", ",5"}) {
    EXPECT_EQ(read_cell(text).kind, CellValue::Kind::kDecimalComma) << text;
  }
  for (const char* text : {"0x10", "1_000", "1,234,567", "1.234,5", "--1", "+-1", "1 2", "e5", ".",
                           "+", "--", "1e", "Null", "NONE", "-nan", "12kg", "nan(1)"}) {
    EXPECT_EQ(read_cell(text).kind, CellValue::Kind::kText) << text;
  }
}

}  // namespace
}  // namespace hpsearch::nn
