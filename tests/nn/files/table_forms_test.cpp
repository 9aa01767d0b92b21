// The forms in which a table's file comes: compressions, encodings, and files that are no tables.
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/foreign_format.h"
#include "nn/files/table_text.h"
#include "nn/files/text_encoding.h"
#include "tests/nn/data/array_files.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using namespace std::string_view_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class TableForms : public testing::Test {
 protected:
  test::TableFolder folder_;
};

std::string utf16(std::string_view ascii, bool big) {
  std::string bytes;
  for (const char c : ascii) {
    bytes += big ? std::string{'\0', c} : std::string{c, '\0'};
  }
  return bytes;
}

TEST_F(TableForms, ReadsUtf16WithAByteOrderMarkAndWithout) {
  const std::string table = "x,city\n1,Rom\n2,Bonn\n2,Rom\n";
  for (const bool big : {false, true}) {
    const std::string mark = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const std::string& bytes : {mark + utf16(table, big), utf16(table, big)}) {
      const Dataset data = folder_.load(bytes);
      EXPECT_THAT(data.class_names, ElementsAre("Bonn", "Rom"));
      EXPECT_THAT(data.notes,
                  Contains(HasSubstr(big ? "is read as UTF-16BE" : "is read as UTF-16LE")));
    }
  }
  EXPECT_THAT(folder_.error("\xFF\xFE"
                            "a"),
              HasSubstr("is not UTF-16LE"));
}

TEST_F(TableForms, ReadsSingleByteEncodingsAndSaysSo) {
  const Dataset latin = folder_.load("x,city\n1,M\xFCnchen\n2,K\xF6ln\n");
  EXPECT_THAT(latin.class_names, ElementsAre("K\u00F6ln", "M\u00FCnchen"));
  EXPECT_THAT(latin.notes,
              Contains("t.csv is read as Latin-1; write its `encoding` if that is wrong"));
  const Dataset windows = folder_.load("x,price\n1,\x80 5\n2,\x80 7\n3,\x80 5\n");  // a euro sign
  EXPECT_THAT(windows.notes, Contains(HasSubstr("t.csv is read as Windows-1252")));
  EXPECT_THAT(windows.class_names, ElementsAre("5", "7"));
  // 0x81 is no character of Windows-1252.
  EXPECT_THAT(folder_.load("x,c\n1,\x81\n2,b\n").notes, Contains(HasSubstr("Latin-1")));
  const Dataset named = folder_.load("x,c\n1,\xE4\n2,b\n", {.rules = {.encoding = "cp437"}});
  EXPECT_THAT(named.class_names, ElementsAre("b", "\u03A3"));
  EXPECT_THAT(folder_.error("x,c\n1,a\n2,b\n", {.rules = {.encoding = "klingon"}}),
              HasSubstr("there is no encoding 'klingon'"));
}

TEST_F(TableForms, RefusesADamagedUtf8File) {
  EXPECT_EQ(folder_.error("a,b\n\xC3\xA4,M\xFCller\n"),
            "t.csv:2:4: byte 0xfc is not UTF-8; save the table as UTF-8, or write its `encoding`");
}

TEST_F(TableForms, ReadsAZipArchiveOfOneTable) {
  const std::string table = "x,y\n1,a\n2,b\n";
  EXPECT_EQ(folder_.load(test::zip({{"folder/", ""}, {"folder/t.csv", table}})).rows, 2U);
  EXPECT_THAT(folder_.error(test::zip({{"a.csv", table}, {"b.csv", table}})),
              HasSubstr("is a zip archive of 2 files: 'a.csv', 'b.csv'; unpack it (unzip t.csv)"));
  EXPECT_THAT(folder_.error(test::zip({{"[Content_Types].xml", "x"}, {"xl/workbook.xml", "x"}})),
              HasSubstr("is an Excel workbook; save it as CSV"));
}

// What spreadsheets leave beside and below a table.
TEST_F(TableForms, LeavesOutEmptyColumnsAndRows) {
  const Dataset data = folder_.load("a,b,y,,,\n1,2,u,,,\n2,3.5,v,,,\n,,,,,\n5,1,u,,,\n,,,,,\n");
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.target_name, "y");
  EXPECT_EQ(data.column_reports.size(), 3U);
  EXPECT_THAT(data.notes,
              ElementsAre("each line of t.csv ends with a separator; the empty columns behind it "
                          "are left out",
                          "2 lines without any value are left out"));
  EXPECT_EQ(folder_.load("a,b,y,,\n1,2,u\n2,3.5,v\n").rows, 2U);
  EXPECT_EQ(folder_.load("a,b,y\n1,2,u,,\n2,3.5,v,,\n").rows, 2U);
  EXPECT_THAT(folder_.load("a,,y,\n1,2,u,3\n2,3.5,v,4\n", {.target = "y"}).notes,
              testing::IsSupersetOf({"column 1 of t.csv has no name; it is called 'Unnamed: 1'",
                                     "column 3 of t.csv has no name; it is called 'Unnamed: 3'"}));
  EXPECT_THAT(folder_.error("a,b,y\n1,2,u\n,,\nmany,2,v\n3,2,v\n4,2,v\n5,2,v\n6,2,v\n7,2,v\n8,"
                            "2,v\n9,2,v\n1,2,v\n2,2,v\n"),
              HasSubstr("t.csv:4:1: 'many' in column 'a'"));
}

TEST_F(TableForms, SaysWhatOtherFilesAre) {
  EXPECT_THAT(folder_.error("BZh91AY"),
              HasSubstr("is compressed by bzip2; unpack it: bunzip2 -k t.csv"));
  EXPECT_THAT(folder_.error(std::string("\xFD"
                                        "7zXZ\0\0\4"sv)),
              HasSubstr("is compressed by xz; unpack it: xz -dk t.csv"));
  EXPECT_THAT(folder_.error("PAR1\x15\x04"),
              HasSubstr("is a Parquet file; save it as CSV (in Python: "
                        "pandas.read_parquet('t.csv')"));
  EXPECT_THAT(folder_.error("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), HasSubstr("is an Excel workbook"));
  EXPECT_THAT(folder_.error("<!DOCTYPE html>\n<html>"), HasSubstr("is a web page, not a table"));
  EXPECT_THAT(folder_.error("% Iris\n"), testing::Not(HasSubstr("ARFF")));
  EXPECT_THAT(folder_.error("@RELATION iris\n"), HasSubstr("is an ARFF file"));
  EXPECT_THAT(folder_.error("[{\"a\": 1}]"), HasSubstr("is a JSON file"));
  EXPECT_FALSE(find_foreign_format("a,b\n1,2\n", "t.csv").has_value());
}

}  // namespace
}  // namespace hpsearch::nn
