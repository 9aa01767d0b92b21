// Tables of text: what is read, and where and how each mistake in a file is said.
#include "nn/data/csv_table.h"

#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/csv_reader.h"
#include "nn/files/csv_separator.h"
#include "nn/files/table_text.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CsvTable : public testing::Test {
 protected:
  // The cells of all records, each record in brackets, cells between bars.
  std::string cells(std::string_view bytes) const {
    const TableText text = read_table_text(folder_.write("cells.csv", bytes));
    CsvReader reader(text.text, find_separator(text.text));
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
  EXPECT_EQ(error(std::string("a,b\n1,\0\n", 8)), "t.csv:2:3: a NUL byte; save the table as UTF-8");
}

TEST_F(CsvTable, SaysAllFaultsOfAFileAtOnce) {
  EXPECT_EQ(
      error("a,b\n1\n2,3\n1,2,3\n\"1\"x,2\n"),
      "t.csv:2:2: a row of 1 cell, but the table has 2 columns; give each row one cell a "
      "column, and put a cell that holds a separator in quotes\n"
      "t.csv:4:5: a row of 3 cells, but the table has 2 columns; give each row one cell a "
      "column, and put a cell that holds a separator in quotes\n"
      "t.csv:5:4: text after a closing quote; put the whole cell in quotes, and write a quote "
      "within it as \"\"");
  std::string many = "a,b\n";
  for (int i = 0; i < 30; ++i) {
    many += "1\n";
  }
  EXPECT_THAT(error(many), testing::EndsWith("\n... and 10 more"));
  std::string cells = "x,z,y\n";
  for (int i = 0; i < 40; ++i) {
    cells += fmt::format("{},{},{}\n", i == 7 ? "unknown" : fmt::format("{}", i * i % 17),
                         i == 3 ? "2e999" : fmt::format("{}.5", i * 7 % 11), i % 2);
  }
  EXPECT_THAT(error(cells),
              testing::AllOf(HasSubstr("t.csv:5:3: '2e999' in column 'z' is not a finite"),
                             HasSubstr("\nt.csv:9:1: 'unknown' in column 'x' is no")));
}

TEST_F(CsvTable, TakesQuotesWithinPlainCells) {
  EXPECT_EQ(cells("a,b\nx,5\" disk\n"), "[a|b][x|5\" disk]");
  EXPECT_EQ(cells("a, \"b, c\" ,d\n"), "[a|b, c|d]");
}

TEST_F(CsvTable, ReadsAllLineEnds) {
  EXPECT_EQ(cells("a,b\r1,2\r3,4"), "[a|b][1|2][3|4]");
  EXPECT_EQ(cells("a,b\r\n1,2\n3,4\r"), "[a|b][1|2][3|4]");
  EXPECT_THAT(error("a,b\r\r1\r"), HasSubstr("t.csv:3:2: a row of 1 cell"));
}

TEST_F(CsvTable, FindsFurtherSeparators) {
  EXPECT_EQ(cells("a|b|c\n1|2,5|3\n"), "[a|b|c][1|2,5|3]");
  EXPECT_EQ(cells("  a   b  c\n1 2.5\t3  \n"), "[a|b|c][1|2.5|3]");
  EXPECT_EQ(cells("name, unit;x\na, b;1\nc;2\nd;4\n"), "[name, unit|x][a, b|1][c|2][d|4]");
  const Dataset data = folder_.load("sep=;\na;b;y\n1;2,5;u\n2;1,5;v\n3;1,5;v\n");
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.columns, 2U);
  EXPECT_EQ(folder_.load("a:b\n1:x\n2:z\n", {.rules = {.separator = ':'}}).rows, 2U);
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
  EXPECT_EQ(
      error("a,b\n"),
      "t.csv:2:1: the table ends after its header line; add rows; if that line is a row, write "
      "`header: false` under `dataset`");
  EXPECT_EQ(error("a\n1\n2\n"),
            "t.csv:1:1: the table has one column, but it needs a target and at least one feature; "
            "separate the cells of a row by commas, semicolons or tabs, or write `separator` under "
            "`dataset`");
}

TEST_F(CsvTable, RefusesASingleRow) {
  EXPECT_EQ(
      folder_.error("a,b\n1,2\n", {.target = "b"}),
      "t.csv: the table has only one row; give more rows: some to train on, others to validate "
      "and to test on");
}

TEST_F(CsvTable, NamesColumnsThatHaveNoNameOfTheirOwn) {
  const Dataset nameless = folder_.load("a,,c\n1,2,x\n1.5,3,z\n");
  EXPECT_EQ(nameless.column_reports[1].name, "Unnamed: 1");
  EXPECT_THAT(nameless.notes, Contains(HasSubstr("column 1 of t.csv has no name")));
  const Dataset twice = folder_.load("a,a.1,a,y\n1,2,5,x\n2,3,4,z\n");
  EXPECT_EQ(twice.column_reports[2].name, "a.2");
  EXPECT_THAT(twice.notes, Contains("two columns of t.csv are called 'a'; column 2 is 'a.2'"));
}

TEST_F(CsvTable, LeavesOutTheIndexThatPandasWrites) {
  std::string bytes = ",a,label\n";
  for (int i = 0; i < 30; ++i) {
    bytes += fmt::format("{},{},{}\n", i, i * 7 % 5, i % 2 == 0 ? "u" : "v");
  }
  const Dataset data = folder_.load(bytes);
  EXPECT_EQ(data.columns, 1U);
  EXPECT_THAT(data.column_reports[0].treatment,
              HasSubstr("left out: whole numbers that count the rows"));
}

TEST_F(CsvTable, ReadsRowNamesWithoutANameAndLinesThatEndWithASeparator) {
  const Dataset names = folder_.load("\"a\" \"y\"\n\"r1\" 1 2.5\n\"r2\" 2 3.5\n\"r3\" 2 1.5\n");
  EXPECT_EQ(names.column_reports[0].name, "Unnamed: 0");
  EXPECT_EQ(names.target_name, "y");
  for (const char* bytes : {"a,y,\n1,2.5,\n2,3.5,\n", "a,y\n1,2.5,\n2,3.5,\n",
                            "a,y,\n1,2.5\n2,3.5\n", "1,2.5,\n2,3.5,\n"}) {
    const Dataset data = folder_.load(bytes);
    EXPECT_EQ(data.column_reports.size(), 2U) << bytes;
    EXPECT_EQ(data.rows, 2U) << bytes;
    EXPECT_EQ(data.task, Task::kRegression) << bytes;
  }
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
    bytes += fmt::format("{},{}\n", i * i, i % 2);
  }
  EXPECT_EQ(error(bytes + "unknown,1\n"),
            "t.csv:11:1: 'unknown' in column 'x' is not a number, unlike the other values of the "
            "column; write a number, an empty cell, or list the text under `missing` if it means a "
            "missing value");
  EXPECT_THAT(error(bytes + "0x1A,1\n"),
              HasSubstr("t.csv:11:1: '0x1A' in column 'x' is not a number"));
  EXPECT_EQ(
      error(bytes + "inf,1\n"),
      "t.csv:11:1: 'inf' in column 'x' is not a finite number; write a number, or an empty cell "
      "if the value is missing");
  EXPECT_THAT(error(bytes + "-1e999,1\n"),
              HasSubstr("'-1e999' in column 'x' is not a finite number"));
  EXPECT_EQ(
      error(bytes + "1e300,1\n"),
      "t.csv:11:1: '1e300' in column 'x' is beyond 3.4e38; give the column in another unit, or "
      "drop it");
  EXPECT_EQ(folder_.load(bytes + "unknown,1\n", {.rules = {.missing = {{"unknown"}}}}).columns, 2U);
  EXPECT_EQ(
      folder_.load(bytes + "unknown,1\n", {.rules = {.columns = {{"x", WishedKind::kCategorical}}}})
          .columns,
      10U);
}

TEST_F(CsvTable, ShowsHostileTextsSafely) {
  EXPECT_THAT(folder_.load("a\x1b[31m,a\x1b[31m,y\n1,2,u\n2,3,v\n").notes,
              Contains(HasSubstr("are called 'a?[31m'; column 1 is 'a?[31m.1'")));
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

TEST_F(CsvTable, TakesAColumnOfNumbersAndTextsForCategories) {
  const Dataset data = folder_.load("x,y\n1,a\n01,b\nz,a\nz,b\n");
  EXPECT_EQ(data.column_reports[0].treatment, "category; 3 features: 01, 1, z");
  EXPECT_THAT(data.notes,
              ElementsAre("column 'x' is read as categories, though 2 of its 4 values are numbers; "
                          "`columns: {numeric: ['x']}` lists the others as errors"));
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
            "t.csv: the target is column 'd', but there is none of that name; the columns are 'a', "
            "'b', 'c'");
  EXPECT_EQ(folder_.error(bytes, {.order = std::uint64_t{3}}),
            "t.csv: the order is column number 3, but the columns have the numbers 0 to 2; write "
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
  EXPECT_THAT(data.targets, ElementsAre(3, 1, 4, 2, 0.5, 1));
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
            "t.csv: the target is column 'g', but there is none of that name; the columns are 'a', "
            "'b', 'c', "
            "'d', 'e', 'f'");
  EXPECT_EQ(error("b"),
            "t.csv:2:3: the target 'x' in column 'b' is not a number, but several targets are a "
            "regression; name one target, or targets that are numbers");
  EXPECT_EQ(error("d"),
            "t.csv: all 2 rows have the value '5' in the target 'd'; name another target, or give "
            "rows with other values of it");
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

}  // namespace
}  // namespace hpsearch::nn
