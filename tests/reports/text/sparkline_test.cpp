#include "reports/text/sparkline.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

std::string drawn(const std::vector<double>& values,
                  std::size_t width = 20,
                  Glyphs glyphs = Glyphs::kAscii) {
  return sparkline(values, width, 0.0, 1.0, glyphs);
}

TEST(Sparkline, HasAGlyphPerValue) {
  EXPECT_EQ(drawn({0.0, 0.5, 1.0, 0.25}), "0592");
  EXPECT_EQ(drawn({0.0, 0.5, 1.0}, 20, Glyphs::kUnicode), "▁▅█");
  EXPECT_EQ(drawn({}), "");
}

TEST(Sparkline, KeepsToItsScale) {
  EXPECT_EQ(drawn({-5.0, 7.0}), "09");
  EXPECT_EQ(sparkline(std::vector{3.0, 3.0}, 9, 3.0, 3.0, Glyphs::kAscii), "55") << "a flat scale";
}

TEST(Sparkline, PassesOverWhatIsNoNumber) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(drawn({0.0, none, 1.0}), "0 9");
  EXPECT_EQ(drawn({none, 1.0, 0.0, none}, 2), "90") << "means of those that are numbers";
}

TEST(Sparkline, MeansOfNeighboursFitTheWidth) {
  EXPECT_EQ(drawn({0.0, 0.0, 1.0, 1.0}, 2), "09");
  EXPECT_EQ(drawn({0.0, 1.0, 0.0, 1.0}, 2), "55");
  for (std::size_t count = 0; count < 50; ++count) {
    for (std::size_t width = 1; width < 25; ++width) {
      EXPECT_EQ(display_width(drawn(std::vector(count, 0.5), width, Glyphs::kUnicode)),
                std::min(count, width));
    }
  }
}

}  // namespace
}  // namespace hpsearch::reports
