#include "reports/text/numbers.h"

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

TEST(FullNumber, ReadsBackToTheSameNumber) {
  for (const double x : {0.1, 1.0 / 3.0, -2.5e-300, 6.02214076e23, 128.0}) {
    EXPECT_EQ(std::strtod(full_number(x).c_str(), nullptr), x);
  }
  EXPECT_EQ(full_number(0.1), "0.1");
  EXPECT_EQ(full_number(kNan), "");
  EXPECT_EQ(full_number(kInfinity), "");
}

}  // namespace
}  // namespace hpsearch::reports
