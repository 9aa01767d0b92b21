#include "runner/console/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::vector<std::string>> cells(std::string_view text) {
  std::vector<std::vector<std::string>> all;
  for (const CsvRow& row : parse_csv(text, "x.csv")) {
    all.push_back(row.cells);
  }
  return all;
}

std::string error(std::string_view text) {
  try {
    parse_csv(text, "x.csv");
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

TEST(CsvRows, ReadWhatSpreadsheetsWrite) {
  EXPECT_THAT(cells("a,b\r\n1,2\r\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(cells("\xEF\xBB\xBF"
                    "a , b\n\n 1,\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "")));
  EXPECT_THAT(cells("a\rb"), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_THAT(cells("\"a,\"\"b\"\"\n c\" ,d"), ElementsAre(ElementsAre("a,\"b\"\n c", "d")));
  EXPECT_THAT(cells("\"\"\nx\"y"), ElementsAre(ElementsAre("x\"y")));
  EXPECT_THAT(cells(""), IsEmpty());
  EXPECT_THAT(cells("\n \n"), IsEmpty());
}

TEST(CsvRows, KnowTheirLines) {
  const auto rows = parse_csv("a\n\n\"b\nc\"\nd", "x.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_EQ(rows[2].line, 5);
}

TEST(CsvRows, RefuseBrokenQuotes) {
  EXPECT_EQ(error("a\n\"b\nc"), "x.csv:2: unclosed quote; add the closing one");
  EXPECT_EQ(error("a\n\"b\"c"),
            "x.csv:2: text after a closing quote; write a quote inside quotes twice");
}

}  // namespace
}  // namespace hpsearch::runner
