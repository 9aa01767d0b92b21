// The real program on the smallest table of each form: read, or refused by a sentence to act on.
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/nn/data/array_files.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using namespace std::string_view_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// 20 rows of two numbers and a class.
std::string rows(std::string_view separator = ",", std::string_view end = "\n") {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += fmt::format("{}{}{}.5{}{}{}", i * 7 % 11, separator, i * 5 % 13, separator,
                        i % 2 == 0 ? "u" : "v", end);
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string utf16(std::string_view ascii) {
  std::string bytes = "\xFF\xFE";
  for (const char c : ascii) {
    bytes += {c, '\0'};
  }
  return bytes;
}

class TableForms : public testing::Test {
 protected:
  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder_.path(), arguments);
  }
  // `init` on a file of these bytes.
  test::ProcessResult init(const std::string& name, const std::string& bytes) const {
    folder_.write(name, bytes);
    std::filesystem::remove(folder_.path() / "sweep.yaml");
    return call({"init", "--data", name});
  }

  test::TempFolder folder_;
};

TEST_F(TableForms, AreRead) {
  struct Form {
    const char* name;
    std::string bytes;
    const char* said;
  };
  const std::string table = "a,b,y\n" + rows();
  std::string index = ",0,1,2\n";
  std::string names = "\"a\" \"b\" \"y\"\n";
  for (int i = 0; i < 20; ++i) {
    index += fmt::format("{},{},{}.5,{}\n", i, i * 7 % 11, i % 5, i % 2 == 0 ? "u" : "v");
    names +=
        fmt::format("\"{}\" {} {}.5 \"{}\"\n", i + 1, i * 7 % 11, i % 5, i % 2 == 0 ? "u" : "v");
  }
  const std::vector<Form> forms{
      {"plain.csv", table, "the target is y (binary)"},
      {"packed.csv.gz", test::gzip(table), "the target is y (binary)"},
      {"packed.zip", test::zip({{"t.csv", table, true}}), "the target is y (binary)"},
      {"cr.csv", replaced(table, "\n", "\r"), "20 rows; the target is y"},
      {"crlf.csv", replaced(table, "\n", "\r\n"), "20 rows; the target is y"},
      {"excel.csv", "sep=;\n" + replaced(table, ",", ";"), "20 rows; the target is y"},
      {"tab.tsv", replaced(table, ",", "\t"), "are separated by tabs"},
      {"bar.txt", replaced(table, ",", "|"), "are separated by vertical bars"},
      {"blanks.txt", replaced(table, ",", "   "), "are separated by blanks"},
      {"trailing.csv", replaced(table, "\n", ",\n"), "the empty column behind it is left out"},
      {"pandas.csv", index, "Unnamed: 0: left out: whole numbers that count the rows"},
      {"r.txt", names, "the first column is read as row names"},
      {"positions.csv", "0,1,2\n" + rows(), "counts the columns from 0 and is read as its header"},
      {"bare.csv", rows(), "has no header line"},
      {"twice.csv", "a,a,y\n" + rows(), "two columns of twice.csv are called 'a'"},
      {"quotes.csv", "a,b,y\n" + replaced(rows(), ".5", "\" disk"), "10\" disk"},
      {"utf16.csv", utf16(table), "utf16.csv is read as UTF-16LE"},
      {"latin.csv", replaced(table, "u\n", "\xFC\n"), "latin.csv is read as Latin-1"},
      {"windows.csv", replaced(table, "u\n", "\x80\n"), "windows.csv is read as Windows-1252"},
      {"bom.csv", "\xEF\xBB\xBF" + table, "  a: number\n"}};
  for (const Form& form : forms) {
    SCOPED_TRACE(form.name);
    const auto result = init(form.name, form.bytes);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr(form.said), HasSubstr("20 rows")));
    EXPECT_EQ(call({"check", "sweep.yaml"}).code, 0);
  }
}

TEST_F(TableForms, AreRefusedWithARemedy) {
  struct Form {
    const char* name;
    std::string bytes;
    const char* said;
  };
  const std::string table = "a,b,y\n" + rows();
  const std::vector<Form> forms{
      {"t.csv.bz2", "BZh91AY", "is compressed by bzip2; unpack it: bunzip2 -k t.csv.bz2"},
      {"t.csv.xz",
       std::string("\xFD"
                   "7zXZ\0\0"sv),
       "is compressed by xz; unpack it: xz -dk t.csv.xz"},
      {"t.xlsx", test::zip({{"xl/workbook.xml", "x"}}), "is an Excel workbook; save it as CSV"},
      {"t.ods", test::zip({{"content.xml", "x"}}),
       "is an OpenDocument spreadsheet; save it as CSV"},
      {"t.parquet", "PAR1\x15", "is a Parquet file; save it as CSV"},
      {"two.zip", test::zip({{"a.csv", table}, {"b.csv", table}}), "unpack it (unzip two.zip)"},
      {"one.csv", "a,b,y\n1,2,x\n", "the table has only one row; give more rows"},
      {"same.csv", replaced(table, "v", "u"), "all 20 rows have the value 'u' in the target 'y'"},
      {"last.csv", replaced(table, "v\n", "\n"), "The last column was only a guess"},
      {"ragged.csv", table + "1,2\n1,2,3,4\n", "ragged.csv:23:7: a row of 4 cells"}};
  for (const Form& form : forms) {
    SCOPED_TRACE(form.name);
    const auto result = init(form.name, form.bytes);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr(form.said), Not(HasSubstr("remove this one"))));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "sweep.yaml"));
  }
  EXPECT_THAT(init("ragged.csv", table + "1,2\n1,2,3,4\n").err,
              HasSubstr("ragged.csv:22:4: a row of 2 cells"));  // all of them at once
  // Where a sweep file names such a table, the sentence is the same.
  folder_.write("p.yaml", "dataset: {source: t.parquet}\n");
  EXPECT_THAT(call({"check", "p.yaml"}).err, HasSubstr("is a Parquet file; save it as CSV"));
}

// `init` names the target of an archive so that the sweep runs, and keeps its own test part.
TEST_F(TableForms, OfNumpyMakeASweepThatRuns) {
  std::string x;
  std::string y;
  for (int i = 0; i < 40; ++i) {
    x += {static_cast<char>(i * 7 % 11), static_cast<char>(i * 5 % 13)};
    y += static_cast<char>(i % 2);
  }
  const std::string features = test::npy("|i1", "(40, 2)", x);
  const auto archive = [&](const std::string& targets) {
    return test::zip({{"x_train.npy", features},
                      {"y_train.npy", targets},
                      {"x_test.npy", features},
                      {"y_test.npy", targets}});
  };
  for (const std::string& targets :
       {test::npy("|i1", "(40,)", y), test::npy("|i1", "(40, 2)", x)}) {
    const auto result = init("t.npz", archive(targets));
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("no target was named")));
    const auto check = call({"check", "sweep.yaml"});
    EXPECT_EQ(check.code, 0) << check.err;
    EXPECT_THAT(check.out, HasSubstr("train 32, validation 8, test 40; 5 folds"));
  }
}

// The tables that come with hpsearch, from the file to a finished report.
TEST_F(TableForms, OfTheShippedTablesRunToAReport) {
  const std::string data = std::string(HPSEARCH_SOURCE_DIR) + "/configs/data/";
  for (const auto& [path, target] : std::vector<std::pair<std::string, std::string>>{
           {"breast-cancer/breast-cancer.csv", "diagnosis"},
           {"diabetes/diabetes.csv", "progression"}}) {
    SCOPED_TRACE(path);
    std::filesystem::remove(folder_.path() / "sweep.yaml");
    ASSERT_EQ(call({"init", "--data", data + path, "--target", target}).code, 0);
    const auto run = call({"run", "sweep.yaml", "--fresh", "--set", "run_cap=2", "--set",
                           "method=random", "--set", "training.epochs=2"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("trials: 2 of 2 complete\n"));
    EXPECT_EQ(call({"report"}).code, 0);
  }
}

}  // namespace
}  // namespace hpsearch::runner
