// Numbers as people write them.
#include "nn/files/number_style.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/short_number.h"

namespace hpsearch::nn {
namespace {

double plain(std::string_view text) {
  return read_number(text, {}).value_or(std::nan(""));
}

TEST(NumberStyle, ReadsPlainNumbersOnlyAsPlain) {
  EXPECT_EQ(plain("1"), 1.0);
  EXPECT_EQ(plain("-1.5e3"), -1500.0);
  EXPECT_EQ(plain("+.5"), 0.5);
  EXPECT_EQ(plain("5."), 5.0);
  EXPECT_EQ(plain("0.1"), 0.1);
  EXPECT_EQ(plain("1e-999"), 0.0);
  EXPECT_EQ(plain("007"), 7.0);
  EXPECT_EQ(plain("1e999"), HUGE_VAL);
  EXPECT_EQ(plain("-inf"), -HUGE_VAL);
  EXPECT_EQ(plain("\u22122.5"), -2.5);  // a minus sign of typography
  for (const char* text : {"", "1,5", "1,234", "1 234", "0x10", "1_000", "--1", "+-1", "e5", ".",
                           "+", "12 kg", "1.2.3", "nan(1)", "2020-01-01", "12:30"}) {
    EXPECT_FALSE(read_number(text, {}).has_value()) << text;
  }
}

TEST(ShortNumber, IsTheNumberThatTheStandardLibraryReads) {
  std::uint64_t state = 1;
  const auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % n;
  };
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = below(3) == 0 ? "-" : below(9) == 0 ? "+" : "";
    const std::uint64_t digits = below(21);
    const std::uint64_t point = below(24);
    for (std::uint64_t d = 0; d < digits; ++d) {
      text += (d == point ? "." : "") + std::string(1, static_cast<char>('0' + below(10)));
    }
    text += digits == point ? "." : "";
    const auto number = read_short_number(text);
    read += number ? 1 : 0;
    if (number) {
      char* end = nullptr;
      const double truth = std::strtod(text.c_str(), &end);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*number), std::bit_cast<std::uint64_t>(truth)) << text;
      ASSERT_EQ(*end, '\0') << text;
    }
  }
  EXPECT_GT(read, 100'000);
  for (const char* text : {"", "-", ".", "+.", "1e5", "1,5", " 1", "1 ", "--1", "1.2.3", "NA"}) {
    EXPECT_FALSE(read_short_number(text)) << text;
  }
}

TEST(NumberStyle, ReadsGroupsDecimalsAndUnitsByItsRule) {
  EXPECT_EQ(read_number("1,234,567.5", {'.', ',', ""}), 1234567.5);
  EXPECT_EQ(read_number("12,34,567", {'.', ',', ""}), 1234567.0);  // as in India
  EXPECT_EQ(read_number("1.234,5", {',', '.', ""}), 1234.5);
  EXPECT_EQ(read_number("1 234,5", {',', ' ', ""}), 1234.5);
  EXPECT_EQ(read_number("1\u00A0234", {'.', ' ', ""}), 1234.0);
  EXPECT_EQ(read_number("1'234.5", {'.', '\'', ""}), 1234.5);
  EXPECT_EQ(read_number("$1,200", {'.', ',', "$"}), 1200.0);
  EXPECT_EQ(read_number("-$1,200.50", {'.', ',', "$"}), -1200.5);
  EXPECT_EQ(read_number("($12)", {'.', '\0', "$"}), -12.0);
  EXPECT_EQ(read_number("12", {'.', '\0', "$"}), 12.0);
  EXPECT_EQ(read_number("71 %", {'.', '\0', "%"}), 71.0);
  EXPECT_EQ(read_number("5 kg", {'.', '\0', "kg"}), 5.0);
  EXPECT_FALSE(read_number("71", {'.', '\0', "%"}).has_value());
  EXPECT_FALSE(read_number("5 g", {'.', '\0', "kg"}).has_value());
  EXPECT_FALSE(read_number("1,23", {'.', ',', ""}).has_value());
  EXPECT_FALSE(read_number("1234,567", {'.', ',', ""}).has_value());
  EXPECT_FALSE(read_number("12 34", {'.', ' ', ""}).has_value());
}

TEST(NumberStyle, TellsWhichStylesFit) {
  const auto fits = [](std::string_view text) {
    std::string styles;
    for (std::size_t i = 0; i < kStyles; ++i) {
      styles += (inspect_number(text).readings >> i & 1U) != 0 ? '1' : '0';
    }
    return styles;
  };
  // Point or comma with no group, then with the other sign, a space and an apostrophe.
  EXPECT_EQ(fits("12"), "11111111");
  EXPECT_EQ(fits("1.5"), "11110000");
  EXPECT_EQ(fits("1,5"), "00001111");
  EXPECT_EQ(fits("1,234"), "01001111");
  EXPECT_EQ(fits("1.234"), "11110100");
  EXPECT_EQ(fits("0,234"), "00001111");
  EXPECT_EQ(fits("1,234.5"), "01000000");
  EXPECT_EQ(fits("1 234"), "00100010");
  EXPECT_EQ(fits("12kg"), "11111111");
  EXPECT_EQ(inspect_number("12kg").unit, "kg");
  EXPECT_EQ(inspect_number("\u20AC 12").unit, "\u20AC");
  for (const char* text : {"1st of May 2", "12-14", "1:30", "A12", "x", "", "1 2 3"}) {
    EXPECT_EQ(inspect_number(text).readings, 0) << text;
  }
}

}  // namespace
}  // namespace hpsearch::nn
