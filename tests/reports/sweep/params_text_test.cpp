#include "reports/sweep/params_text.h"

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "search/space/space.h"

namespace hpsearch::reports {
namespace {

// As the parser of the search room reads it, or that both refuse it.
void expect_equal(const std::string& text) {
  search::ParamSet expected;
  try {
    expected = search::parse_params_json(text);
  } catch (const std::exception&) {
    EXPECT_ANY_THROW(std::ignore = read_params(text)) << text;
    return;
  }
  EXPECT_EQ(read_params(text), expected) << text;
}

TEST(ParamsText, ReadsWhatTheParserReads) {
  for (const char* text : {"{}",
                           R"({"a":1})",
                           R"({"a":1,"b":2.5})",
                           R"({"b":2.5,"a":1})",
                           R"({"a":-0,"b":-0.0})",
                           R"({"a":1e3,"b":1E-3,"c":1.5e+10})",
                           R"({"a":9223372036854775807})",
                           R"({"a":9223372036854775808})",
                           R"({"a":-9223372036854775808})",
                           R"({"a":1e400})",
                           R"({"a":1e-400})",
                           R"({"a":5e-324})",
                           R"({"a":123456789012345678901234567890})",
                           R"({"a":true,"b":false})",
                           R"({"a":"relu"})",
                           R"({"a":[1,2]})",
                           R"({"a":[]})",
                           R"({"a\u0062":1})",
                           R"({"\"":1})",
                           "{\"\xC3\xA4\":1}",
                           R"({"a":1,"a":2})",
                           R"( {"a" : 1 , "b":2 } )",
                           R"({"":1})"}) {
    expect_equal(text);
  }
}

TEST(ParamsText, RefusesWhatTheParserRefuses) {
  for (const char* text : {"",
                           "{",
                           "}",
                           "[]",
                           "1",
                           "null",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({,"a":1})",
                           R"({"a":1)",
                           R"({"a":1}})",
                           R"({"a":1}x)",
                           R"({"a":01})",
                           R"({"a":+1})",
                           R"({"a":.5})",
                           R"({"a":5.})",
                           R"({"a":1e})",
                           R"({"a":-})",
                           R"({"a":0x1})",
                           R"({"a":nan})",
                           R"({"a":inf})",
                           R"({"a":nul})",
                           R"({"a":{b}})",
                           R"({a:1})",
                           R"({"a":1 "b":2})",
                           R"({"a":1;"b":2})",
                           R"({"a:1})",
                           "{\"a\n\":1}",
                           "{\"\xFF\":1}",
                           R"(["a":1])",
                           R"({"a":1,"b"})"}) {
    expect_equal(text);
    EXPECT_ANY_THROW(std::ignore = read_params(text)) << text;
  }
}

TEST(ParamsText, ReadsWhatIsWrittenBitForBit) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2000; ++i) {
    search::ParamSet params;
    for (int n = 0; n < 4; ++n) {
      const double value = std::ldexp(static_cast<double>(random() >> 11), n * 40 - 100);
      params["p" + std::to_string(random() % 100)] =
          n % 2 == 0 ? nn::Value(value) : nn::Value(static_cast<std::int64_t>(random()));
    }
    ASSERT_EQ(read_params(search::params_json(params)), params);
  }
}

}  // namespace
}  // namespace hpsearch::reports
