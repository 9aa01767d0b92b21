#include "reports/model_export/c_text.h"

#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

TEST(CText, NumbersReadBackAndAreFloatingConstants) {
  EXPECT_EQ(c_number(1.0), "1.0");
  EXPECT_EQ(c_number(-0.1F), "-0.1f");
  EXPECT_EQ(c_number(2.0F), "2.0f");
  for (const double x : {0.1, 1e300, -5e-324, 123456789.123456789, 1e22}) {
    EXPECT_EQ(std::strtod(c_number(x).c_str(), nullptr), x);
    EXPECT_NE(c_number(x).find_first_of(".e"), std::string::npos);
  }
  for (const float x : {0.1F, 1e-38F, 16777216.0F, std::numeric_limits<float>::max()}) {
    EXPECT_EQ(std::strtof(c_number(x).c_str(), nullptr), x);
    EXPECT_EQ(c_number(x).back(), 'f');
  }
}

TEST(CText, QuotesWhatWouldEndOrChangeALiteral) {
  EXPECT_EQ(c_quoted(std::string_view("a\"b\\c")), R"("a\"b\\c")");
  EXPECT_EQ(c_quoted(std::string_view("\n\x7F")), R"("\012\177")");
  EXPECT_EQ(c_quoted(std::string_view("\u00C51")), R"("\303\2051")");
  EXPECT_EQ(c_quoted(std::string_view("\?\?=")), R"("\?\?=")");
  EXPECT_EQ(c_quoted('\''), R"('\'')");
  EXPECT_EQ(c_quoted('\0'), R"('\0')");
}

TEST(CText, CommentsStayOneComment) {
  EXPECT_EQ(c_comment("a */ b\n/* \u00C5"), "a *? b?/? ??");
  EXPECT_EQ(c_comment("plain"), "plain");
}

TEST(CText, ArraysHaveLinesThatFit) {
  const std::string text = c_array("int a[]", std::vector<std::string>(60, "12345"));
  EXPECT_EQ(text.find("int a[] = {\n    12345,"), 0U);
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 104U);
    begin = end + 1;
  }
  EXPECT_EQ(text.substr(text.size() - 4), "5};\n");
}

}  // namespace
}  // namespace hpsearch::reports
