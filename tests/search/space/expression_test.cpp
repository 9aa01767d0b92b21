#include "search/space/expression.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

const ParamSet& example() {
  static const ParamSet params{{"activation", std::string("relu")},
                               {"batch_norm", true},
                               {"batch_size", std::int64_t{32}},
                               {"dropout", 0.25},
                               {"hidden", nn::ValueList{std::int64_t{64}, std::int64_t{32}}},
                               {"schedule.factor", 0.5}};
  return params;
}

// "true", "false" or "unknown".
std::string result(const std::string& text, const ParamSet& params = example()) {
  const auto holds = Expression::parse(text).holds(params);
  return !holds ? "unknown" : *holds ? "true" : "false";
}

TEST(Expression, ComparesAndCalculates) {
  for (const char* text : {"batch_size == 32",
                           "batch_size == 32.0",
                           "batch_size != 31",
                           "dropout < .5",
                           "dropout <= 0.25",
                           "dropout >= 2.5e-1",
                           "batch_size > 31",
                           "batch_size % 8 == 0",
                           "-7 % 3 == 2",
                           "7 % -3 == -2",
                           "1 + 2 * 3 == 7",
                           "(1 + 2) * 3 == 9",
                           "8 - 2 - 1 == 5",
                           "8 / 2 / 2 == 2",
                           "--2 == 2",
                           "-dropout < 0",
                           "activation == \"relu\"",
                           "activation == 'relu'",
                           "activation != \"tanh\"",
                           "activation in [\"elu\", \"relu\"]",
                           "activation not in [\"elu\"]",
                           "batch_size in [16, 32]",
                           "hidden == [64, 32]",
                           "hidden in [[8], [64, 32]]",
                           "not batch_size in []",
                           "batch_norm",
                           "batch_norm == true",
                           "not false",
                           "not not true",
                           "schedule.factor == 0.5",
                           "true or false and false",
                           "not true or true",
                           "batch_size*dropout==8",
                           "1e3 == 1000"}) {
    EXPECT_EQ(result(text), "true") << text;
  }
  for (const char* text : {"batch_size < 32", "activation == \"Relu\"", "batch_norm and false",
                           "hidden == [64]", "(true or false) and false", "activation == 3"}) {
    EXPECT_EQ(result(text), "false") << text;
  }
}

TEST(Expression, IsUnknownWhereAValueIsMissingUnlessTheRestDecides) {
  for (const char* text :
       {"momentum > 0.5", "not momentum > 0.5", "momentum > 0.5 and true",
        "momentum > 0.5 or false", "momentum in [1]", "1 in [momentum]", "activation < 3",
        "1 / 0 == 1", "1 % 0 == 0", "-activation == 1", "batch_size and true", "1"}) {
    EXPECT_EQ(result(text), "unknown") << text;
  }
  EXPECT_EQ(result("momentum > 0.5 and false"), "false");
  EXPECT_EQ(result("false and momentum > 0.5"), "false");
  EXPECT_EQ(result("momentum > 0.5 or true"), "true");
}

// A second implementation: random sums and products, evaluated while they are generated.
TEST(Expression, CalculatesWhatTheCompilerCalculates) {
  nn::Stream stream(1, nn::Purpose::kSample);
  for (int i = 0; i < 2000; ++i) {
    std::string text = "0";
    double sum = 0.0;
    for (int term = 0; term < 4; ++term) {
      const auto a = static_cast<double>(stream.below(9) + 1);
      const auto b = static_cast<double>(stream.below(9) + 1);
      const auto c = static_cast<double>(stream.below(9) + 1);
      const bool minus = stream.below(2) == 1;
      const bool divide = stream.below(2) == 1;
      const double product = divide ? a * b / c : a - b * c;
      text += std::string(minus ? " - " : " + ") + (divide ? "" : "(") +
              std::to_string(static_cast<int>(a)) + (divide ? "*" : " - ") +
              std::to_string(static_cast<int>(b)) + (divide ? " / " : "*") +
              std::to_string(static_cast<int>(c)) + (divide ? "" : ")");
      sum += minus ? -product : product;
    }
    EXPECT_EQ(result("x == " + text, {{"x", sum}}), "true") << text;
    // Comparisons leave room for rounding: the last bits do not make a difference, more does.
    const double less = sum - 1e-9 * std::fmax(1.0, std::abs(sum));
    EXPECT_EQ(result("x < " + text, {{"x", less}}), "true") << text;
  }
}

TEST(Expression, KnowsItsNamesAndTheirPlaces) {
  std::string text;
  for (const auto& [name, offset] : Expression::parse("b + a.x > 2 and b in [c]").names()) {
    text += name + ":" + std::to_string(offset) + " ";
  }
  EXPECT_EQ(text, "b:0 a.x:4 b:16 c:22 ");
  const auto quoted = Expression::parse("1 - `val/top-5 acc` < 0.1");
  EXPECT_EQ(quoted.names().front().name, "val/top-5 acc");
  EXPECT_EQ(quoted.names().front().offset, 4U);
  EXPECT_EQ(quoted.holds({{"val/top-5 acc", 0.95}}), true);
}

TEST(Expression, TakesConstantsForNames) {
  const auto expression = Expression::parse("a < b").with({{"b", 2.0}});
  EXPECT_EQ(expression.names().size(), 1U);
  EXPECT_EQ(expression.holds({{"a", 1.0}}), true);
  EXPECT_EQ(expression.text(), "a < b");
}

struct Mistake {
  std::string text;
  std::size_t offset;
  std::string message;
};

TEST(Expression, SaysWhatIsWrongAndWhere) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"", 0, "the expression ends where a value is expected"},
           {"a <", 3, "the expression ends where a value is expected"},
           {"a < b < c", 6, "comparisons cannot be chained; join two of them with 'and'"},
           {"a = 1", 2, "write '==' instead of '='"},
           {"a && b", 2, "write 'and' instead of '&&'"},
           {"(a && b)", 3, "write 'and' instead of '&&'"},
           {"a in [1 || 2]", 8, "write 'or' instead of '||'"},
           {"!a", 0, "write 'not' instead of '!'"},
           {"(a > 1", 0, "this '(' has no matching ')'"},
           {"a in [1, 2", 5, "this '[' has no matching ']'"},
           {"a == \"x", 5, "this string has no closing quote"},
           {"`val/acc > 1", 0, "this name has no closing backtick"},
           {"1 < ``", 4, "expected a name between the backticks"},
           {"a > 1x", 4, "this is not a number"},
           {"a b", 2, "expected an operator or the end of the expression"},
           {"a > and", 4, "expected a value before 'and'"},
           {"a > ?", 4, "expected a value: a number, a string in quotes or a parameter name"},
           {std::string(60, '('), 50, "the expression is nested too deeply"}}) {
    try {
      Expression::parse(mistake.text);
      ADD_FAILURE() << mistake.text << " is taken";
    } catch (const ExpressionError& error) {
      EXPECT_EQ(error.what(), mistake.message) << mistake.text;
      EXPECT_EQ(error.offset(), mistake.offset) << mistake.text;
    }
  }
}

TEST(Expression, RefusesOperatorsThatNeverFit) {
  auto kinds = [](const std::string& name) { return kinds_of({example().at(name)}); };
  auto message = [&](const std::string& text) -> std::string {
    try {
      Expression::parse(text).check(kinds);
      return "";
    } catch (const ExpressionError& error) {
      return std::to_string(error.offset()) + ": " + error.what();
    }
  };
  EXPECT_EQ(message("batch_size < 3 and batch_norm or not activation == 'x'"), "");
  EXPECT_EQ(message("activation < 3"), "11: '<' needs numbers; found a string");
  EXPECT_EQ(message("activation == 3"), "11: compares a string with a number");
  EXPECT_EQ(message("batch_size and true"), "11: 'and' needs true or false; found a number");
  EXPECT_EQ(message("not batch_size"), "0: 'not' needs true or false; found a number");
  EXPECT_EQ(message("batch_size in 3"), "11: 'in' needs a list on its right side, such as [1, 2]");
  EXPECT_EQ(message("batch_size + 1"),
            "0: the expression is a number; it must be true or false, such as a comparison");
  EXPECT_EQ(message("-activation == 1"), "0: '-' needs numbers; found a string");
}

// 0.1 + 0.2 is 0.30000000000000004 in binary, and 0.3 % 0.1 just below 0.1.
TEST(Expression, LeavesRoomForTheRoundingOfDecimalFractions) {
  const ParamSet params{{"a", 0.1}, {"b", 0.2}, {"big", 1e12}, {"n", std::int64_t{3}}};
  for (const char* text :
       {"a + b <= 0.3", "a + b == 0.3", "a + b >= 0.3", "0.3 >= a + b", "not (a + b > 0.3)",
        "not (a + b < 0.3)", "a + b - 0.3 <= 0", "a + b - 0.3 == 0", "0.3 - a - b >= 0",
        "a - 0.3 + b == 0", "0.3 % a == 0", "0.7 % a == 0", "-0.3 % a == 0", "a * 3 == 0.3",
        "a * n == 0.3", "a + b in [0.3]", "[a + b] == [0.3]", "0.6 / b == n", "a + b != 0.31"}) {
    EXPECT_EQ(result(text, params), "true") << text;
  }
  // No more room than that, and none between whole numbers.
  for (const char* text :
       {"a + b <= 0.29999999999", "a == 0.1000000001", "big + 1 == big", "big + 1 <= big",
        "1e15 + 1 - 1e15 == 0", "1000000000001 % 1000000000000 == 0", "1e-300 == 0", "a <= 0",
        "1e-13 <= 0"}) {
    EXPECT_EQ(result(text, params), "false") << text;
  }
}

// Each of these was a level of the stack.
TEST(Expression, RefusesChainsThatWouldExhaustTheStack) {
  const auto repeated = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
      all += text;
    }
    return all;
  };
  for (const std::string& text :
       {repeated("-", 24'000) + "1 < 2", repeated("not ", 24'000) + "true",
        "1 < 1" + repeated(" + 1", 30'000), "1 < 1" + repeated(" / 1", 30'000),
        "true" + repeated(" and true", 30'000), "1 in [1" + repeated(" % 2", 30'000) + "]"}) {
    try {
      Expression::parse(text);
      ADD_FAILURE() << text.substr(0, 20);
    } catch (const ExpressionError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("has more than 500 operators in a row"));
      EXPECT_LT(error.offset(), text.size());
    }
  }
  EXPECT_EQ(result(repeated("--", 100) + "1 == 1"), "true");
  EXPECT_EQ(result("1" + repeated(" + 1", 400) + " == 401"), "true");
  // A list is as wide as it likes.
  EXPECT_EQ(result("1 in [0" + repeated(", 0", 5000) + ", 1]"), "true");
}

}  // namespace
}  // namespace hpsearch::search
