#include "reports/text/terminal_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

TEST(FormatTable, AlignsColumnsUnderTheirTitles) {
  EXPECT_EQ(format_table({{"rank", Align::kRight, {"1", "10"}},
                          {"name", Align::kLeft, {"caf\xC3\xA9", "x"}},
                          {"value", Align::kRight, {"0.5", "12.25"}}},
                         80),
            "rank  name  value\n"
            "   1  caf\xC3\xA9    0.5\n"
            "  10  x     12.25\n");
}

TEST(FormatTable, LeavesNoSpacesAtTheEndsOfLines) {
  EXPECT_EQ(format_table({{"a", Align::kRight, {"1"}}, {"long", Align::kLeft, {"x"}}}, 80),
            "a  long\n1  x\n");
}

TEST(FormatTable, FillsTheWidthExactly) {
  const std::vector<TableColumn> columns{{"aaaa", Align::kRight, {"1"}},
                                         {"bbbb", Align::kRight, {"2"}}};
  EXPECT_EQ(format_table(columns, 10), "aaaa  bbbb\n   1     2\n");
}

TEST(FormatTable, NamesTheColumnsThatDoNotFit) {
  const std::vector<TableColumn> columns{{"aaaa", Align::kRight, {"1"}},
                                         {"bbbb", Align::kRight, {"a wide cell of this row"}},
                                         {"c", Align::kRight, {"3"}}};
  EXPECT_EQ(format_table(columns, 24),
            "aaaa\n   1\n"
            "(not shown: bbbb, c;\n"
            "--json has all)\n")
      << "a narrow one after the first that does not fit is left out too";
}

TEST(FormatTable, IsNeverWiderThanTheTerminal) {
  std::vector<TableColumn> columns;
  for (int i = 0; i < 30; ++i) {
    columns.push_back({"a_long_parameter_name_" + std::to_string(i), Align::kRight, {"1"}});
  }
  const std::string text = format_table(columns, 80);
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    EXPECT_LE(display_width(text.substr(start, end - start)), 80U) << text;
    start = end + 1;
  }
  for (const TableColumn& column : columns) {
    EXPECT_NE(text.find(column.title), std::string::npos) << column.title;
  }
}

TEST(FormatTable, ShowsTitlesWithoutRows) {
  EXPECT_EQ(format_table({{"a"}, {"b"}}, 80), "a  b\n");
}

}  // namespace
}  // namespace hpsearch::reports
