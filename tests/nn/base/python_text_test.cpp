#include "nn/base/python_text.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

using Text = std::string;

// What Python 3.11 prints for str() of these values.
TEST(PythonText, WritesNumbersAsPythonDoes) {
  EXPECT_EQ(python_str(0.00001), "1e-05");
  EXPECT_EQ(python_str(0.0001), "0.0001");
  EXPECT_EQ(python_str(0.00012345), "0.00012345");
  EXPECT_EQ(python_str(1e16), "1e+16");
  EXPECT_EQ(python_str(1e15), "1000000000000000.0");
  EXPECT_EQ(python_str(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(python_str(1.0), "1.0");
  EXPECT_EQ(python_str(-0.0), "-0.0");
  EXPECT_EQ(python_str(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(python_str(5e-324), "5e-324");
  EXPECT_EQ(python_str(std::int64_t{-7}), "-7");
  EXPECT_EQ(python_str(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(python_str(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(PythonText, WritesWordsListsAndMapsAsPythonDoes) {
  EXPECT_EQ(python_str(true), "True");
  EXPECT_EQ(python_str(NullValue{}), "None");
  EXPECT_EQ(python_str(Text("it's")), "it's") << "a text alone has no quotes";
  const ValueList list{std::int64_t{1}, Text("a"), 2.0, false, NullValue{}};
  EXPECT_EQ(python_str(list), "[1, 'a', 2.0, False, None]");
  EXPECT_EQ(python_str(ValueMap{{"hold", ValueMap{{"cone", 6.0}}}, {"kind", Text("ramp")}}),
            "{'hold': {'cone': 6.0}, 'kind': 'ramp'}");
  EXPECT_EQ(python_str(ValueList{}), "[]");
  EXPECT_EQ(python_str(ValueMap{}), "{}");
}

// repr() of texts.
TEST(PythonText, QuotesTextsInsideOfListsAsPythonDoes) {
  const auto repr = [](const Text& text) { return python_str(ValueList{text}); };
  EXPECT_EQ(repr("it's"), R"(["it's"])");
  EXPECT_EQ(repr(R"(say "hi")"), R"(['say "hi"'])");
  EXPECT_EQ(repr(R"(it's "x")"), R"(['it\'s "x"'])");
  EXPECT_EQ(repr("a\\b\n\t"), R"(['a\\b\n\t'])");
  EXPECT_EQ(repr("caf\xc3\xa9 \x01\x7f"), "['caf\xc3\xa9 \\x01\\x7f']");
}

// json.dumps() of the same.
TEST(PythonText, WritesJsonAsPythonDoes) {
  EXPECT_EQ(python_json(ValueMap{{"a", ValueList{std::int64_t{1}, 1e-5, true, NullValue{}}},
                                 {"b", Text("caf\xc3\xa9 \"q\"")}}),
            R"({"a": [1, 1e-05, true, null], "b": "caf\u00e9 \"q\""})");
  EXPECT_EQ(python_json(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_EQ(python_json(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace hpsearch::nn
