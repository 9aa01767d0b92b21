#include "runner/yaml/yaml_scalar.h"

#include <cmath>
#include <limits>
#include <locale>
#include <stdexcept>

#include <gtest/gtest.h>

#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

nn::Value value_of(std::string_view text) {
  const Scalar scalar = read_scalar(text);
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  EXPECT_NE(value, nullptr) << text;
  return value != nullptr ? *value : nn::Value(false);
}

std::string error_of(std::string_view text) {
  const Scalar scalar = read_scalar(text);
  const ScalarError* error = std::get_if<ScalarError>(&scalar);
  EXPECT_NE(error, nullptr) << text;
  return error != nullptr ? error->message : "";
}

std::string tagged(const std::string& text) {
  const Scalar scalar = read_scalar(tree_of("a: " + text).entries.at(0).value);
  if (const ScalarError* error = std::get_if<ScalarError>(&scalar)) {
    return error->message;
  }
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  return value == nullptr ? "null" : nn::to_text(*value);
}

TEST(YamlScalar, ReadsNulls) {
  for (const std::string_view text : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_TRUE(std::holds_alternative<NullScalar>(read_scalar(text))) << text;
  }
}

TEST(YamlScalar, ReadsBooleans) {
  for (const std::string_view text : {"true", "True", "TRUE"}) {
    EXPECT_EQ(value_of(text), nn::Value(true));
  }
  for (const std::string_view text : {"false", "False", "FALSE"}) {
    EXPECT_EQ(value_of(text), nn::Value(false));
  }
}

TEST(YamlScalar, ReadsYesNoOnOffAsTexts) {
  for (const std::string text : {"yes", "no", "on", "off", "Yes", "NO", "y", "n", "tRUE"}) {
    EXPECT_EQ(value_of(text), nn::Value(text));
  }
}

TEST(YamlScalar, ReadsIntegers) {
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(value_of("12"), nn::Value(std::int64_t{12}));
  EXPECT_EQ(value_of("+1"), nn::Value(std::int64_t{1}));
  EXPECT_EQ(value_of("-0"), nn::Value(std::int64_t{0}));
  EXPECT_EQ(value_of("0x1F"), nn::Value(std::int64_t{31}));
  EXPECT_EQ(value_of("0o17"), nn::Value(std::int64_t{15}));
  EXPECT_EQ(value_of("9223372036854775807"), nn::Value(largest));
  EXPECT_EQ(value_of("-9223372036854775808"), nn::Value(-largest - 1));
}

TEST(YamlScalar, ReadsReals) {
  EXPECT_EQ(value_of("1e-5"), nn::Value(1e-5));
  EXPECT_EQ(value_of("1E5"), nn::Value(1e5));
  EXPECT_EQ(value_of("1e+5"), nn::Value(1e5));
  EXPECT_EQ(value_of("+.5"), nn::Value(0.5));
  EXPECT_EQ(value_of(".5"), nn::Value(0.5));
  EXPECT_EQ(value_of("5."), nn::Value(5.0));
  EXPECT_EQ(value_of("5.e1"), nn::Value(50.0));
  EXPECT_EQ(value_of("0.0e999"), nn::Value(0.0));
  EXPECT_EQ(value_of("4.9406564584124654e-324"), nn::Value(5e-324));
  EXPECT_TRUE(std::signbit(value_of("-0.0").number()));
}

TEST(YamlScalar, ReadsInfinitiesAndNotANumber) {
  EXPECT_EQ(value_of(".inf"), nn::Value(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(value_of("-.Inf"), nn::Value(-std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(std::isnan(value_of(".nan").number()));
  EXPECT_EQ(value_of("nan"), nn::Value(std::string("nan")));
  EXPECT_EQ(value_of("inf"), nn::Value(std::string("inf")));
}

TEST(YamlScalar, RefusesLeadingZerosInsteadOfReadingOctal) {
  EXPECT_EQ(error_of("010"), "'010' has leading zeros; write 10, or 0o10 for octal 8");
  EXPECT_EQ(error_of("-007"), "'-007' has leading zeros; write -7");
  EXPECT_EQ(error_of("089"), "'089' has leading zeros; write 89");
  EXPECT_EQ(error_of("00"), "'00' has leading zeros; write 0");
  EXPECT_EQ(error_of("01.5"), "'01.5' has leading zeros; write 1.5");
}

TEST(YamlScalar, RefusesUnderscoresAndCommasInNumbers) {
  EXPECT_EQ(error_of("1_000"),
            "'1_000' is not a number; write 1000, or put it in quotes if it is text");
  EXPECT_EQ(error_of("1,5"), "'1,5' is not a number; write 1.5, or put it in quotes if it is text");
  EXPECT_EQ(error_of("-1,5e3"),
            "'-1,5e3' is not a number; write -1.5e3, or put it in quotes if it is text");
  EXPECT_EQ(error_of("1,000"),
            "'1,000' is not a number; write 1000 or 1.000, or put it in quotes if it is text");
  EXPECT_EQ(error_of("1,000,000"),
            "'1,000,000' is not a number; write 1000000, or put it in quotes if it is text");
}

TEST(YamlScalar, RefusesNumbersThatNoTypeHolds) {
  EXPECT_EQ(error_of("1e400"),
            "'1e400' is too large for a real number; the largest is about 1e308");
  EXPECT_EQ(error_of("1e-400"), "'1e-400' is too small for a real number; write 0");
  EXPECT_EQ(error_of("9223372036854775808"),
            "'9223372036854775808' is too large for a whole number (64 bits); write it with a "
            "decimal point for a real number");
  EXPECT_EQ(error_of("0xFFFFFFFFFFFFFFFF"),
            "'0xFFFFFFFFFFFFFFFF' is too large for a whole number (64 bits)");
}

TEST(YamlScalar, ReadsEverythingElseAsText) {
  for (const std::string text :
       {"adam", "1a", "0x", "0xg", "-", "+", ".", "e5", "1e", "1e+", "--1", "1-2", "2024-01-01",
        "1,2,3", "30m", "_1", "1.2.3", "0b1", "1 000"}) {
    EXPECT_EQ(value_of(text), nn::Value(text));
  }
}

TEST(YamlScalar, HonoursQuotesAndTags) {
  EXPECT_EQ(tagged("'1'"), "1");
  EXPECT_EQ(read_scalar(tree_of("a: '1'").entries[0].value), Scalar(nn::Value(std::string("1"))));
  EXPECT_EQ(read_scalar(tree_of("a: !!str 1").entries[0].value),
            Scalar(nn::Value(std::string("1"))));
  EXPECT_EQ(read_scalar(tree_of("a: !!float 1").entries[0].value), Scalar(nn::Value(1.0)));
  EXPECT_EQ(tagged("!!int 3"), "3");
  EXPECT_EQ(tagged("!!bool true"), "true");
  EXPECT_EQ(tagged("!!null ~"), "null");
}

TEST(YamlScalar, RefusesATagThatDoesNotFit) {
  EXPECT_EQ(tagged("!!int 3.0"), "'3.0' is a real number, but tagged !!int");
  EXPECT_EQ(tagged("!!float abc"), "'abc' is text, but tagged !!float");
  EXPECT_EQ(tagged("!!bool ~"), "'~' is null, but tagged !!bool");
  EXPECT_EQ(tagged("!!null 1"), "'1' is not null; remove !!null");
}

TEST(YamlScalar, ReadsNumbersInEveryLocale) {
  std::locale german;
  try {
    german = std::locale("de_DE.UTF-8");
  } catch (const std::runtime_error&) {
    // Not installed: a locale with the same decimal comma.
    struct Comma : std::numpunct<char> {
      char do_decimal_point() const override { return ','; }
      char do_thousands_sep() const override { return '.'; }
      std::string do_grouping() const override { return "\3"; }
    };
    german = std::locale(std::locale::classic(), new Comma);
  }
  const std::locale before = std::locale::global(german);
  const YamlNode tree = tree_of("a: 0.5\nb: 1e-3\nc: 1000000\n");
  const std::string errors = parse("a: 1\na: 2\n").errors;
  std::locale::global(before);
  EXPECT_EQ(read_scalar(tree.entries[0].value), Scalar(nn::Value(0.5)));
  EXPECT_EQ(read_scalar(tree.entries[1].value), Scalar(nn::Value(1e-3)));
  EXPECT_EQ(read_scalar(tree.entries[2].value), Scalar(nn::Value(std::int64_t{1000000})));
  EXPECT_EQ(nn::to_text(nn::Value(1234.5)), "1234.5");
  EXPECT_EQ(errors,
            "sweep.yaml:2:1: error: duplicate key 'a'; it is already on line 1\n"
            "a: 2\n"
            "^\n");
}

}  // namespace
}  // namespace hpsearch::runner
