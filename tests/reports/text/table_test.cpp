#include "reports/text/table.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Printable, KeepsWellFormedText) {
  for (const char* text : {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                           "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xE0\xA0\x80"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(printable("a\x1B[31mb\n\t\x7F"
                      "c"),
            "a?[31mb???c");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "?31m");  // C1's CSI
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(Printable, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("a\xFF"
                      "b"),
            "a?b");
  EXPECT_EQ(printable("\x80"), "?");
  EXPECT_EQ(printable("caf\xC3"), "caf?");
  EXPECT_EQ(printable("\xE2\x82"), "??");
  EXPECT_EQ(printable("\xE2\x82x"), "??x");
  EXPECT_EQ(printable("\xC0\xAF"), "??");            // overlong
  EXPECT_EQ(printable("\xE0\x80\x9B"), "???");       // overlong
  EXPECT_EQ(printable("\xF0\x80\x80\x9B"), "????");  // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "???");       // a surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xF5\x80\x80\x80"), "????");
}

TEST(DisplayWidth, CountsCodePoints) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("caf\xC3\xA9 \xE2\x82\xAC"), 6U);
}

TEST(ShortNumber, HasFourSignificantDigits) {
  EXPECT_EQ(short_number(0.98256), "0.9826");
  EXPECT_EQ(short_number(1.2e-5), "1.2e-05");
  EXPECT_EQ(short_number(128.0), "128");
  EXPECT_EQ(short_number(0.0), "0");
  EXPECT_EQ(short_number(-0.5), "-0.5");
  EXPECT_EQ(short_number(1.0 / 3.0), "0.3333");
  EXPECT_EQ(short_number(kNan), "-");
  EXPECT_EQ(short_number(-kInfinity), "-");
}

TEST(ShortText, WritesValuesByTheirType) {
  EXPECT_EQ(short_text(1.0 / 3.0), "0.3333");
  EXPECT_EQ(short_text(std::int64_t{1234567}), "1234567");
  EXPECT_EQ(short_text(true), "true");
  EXPECT_EQ(short_text(nn::ValueList{std::int64_t{64}, std::int64_t{32}}), "[64, 32]");
}

TEST(ShortText, CannotDriveTheTerminal) {
  EXPECT_EQ(short_text(std::string("a\x1B[2J")), "a?[2J");
  EXPECT_EQ(short_text(nn::ValueList{std::string("a\x1B[2J")}), "[a?[2J]");
}

TEST(DurationText, ReadsAsPeopleSayIt) {
  EXPECT_EQ(duration_text(0.0), "0.0 s");
  EXPECT_EQ(duration_text(1.24), "1.2 s");
  EXPECT_EQ(duration_text(59.94), "59.9 s");
  EXPECT_EQ(duration_text(59.96), "1 min 00 s");
  EXPECT_EQ(duration_text(60.0), "1 min 00 s");
  EXPECT_EQ(duration_text(200.0), "3 min 20 s");
  EXPECT_EQ(duration_text(3599.4), "59 min 59 s");
  EXPECT_EQ(duration_text(3599.6), "1 h 00 min");
  EXPECT_EQ(duration_text(7500.0), "2 h 05 min");
  EXPECT_EQ(duration_text(360000.0), "100 h 00 min");
}

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
