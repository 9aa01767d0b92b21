#include "reports/text/paint.h"

#include <gtest/gtest.h>

#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

class PaintedTexts : public testing::Test {
 protected:
  void SetUp() override { paint_texts(true); }
  void TearDown() override { paint_texts(false); }
};

TEST(Paint, ChangesNothingUntilItIsAskedFor) {
  EXPECT_EQ(painted(Paint::kBest, "0.98"), "0.98");
  EXPECT_EQ(in_paint(Paint::kError, "error:"), "\033[1;31merror:\033[0m");
}

TEST_F(PaintedTexts, PutsItsColourAroundAText) {
  EXPECT_EQ(painted(Paint::kBest, "0.98"), "\033[1;32m0.98\033[0m");
  EXPECT_EQ(painted(Paint::kNone, "0.98"), "0.98");
  EXPECT_EQ(painted(Paint::kBad, ""), "") << "an empty text has nothing to show";
  EXPECT_EQ(paint_of_state("failed"), Paint::kBad);
  EXPECT_EQ(paint_of_state("shard 1/4"), Paint::kNone);
}

TEST_F(PaintedTexts, TakeNoRoom) {
  const std::string best = painted(Paint::kBest, "0.98");
  EXPECT_EQ(display_width(best), 4U);
  EXPECT_EQ(display_width("a" + best + "b"), 6U);
  EXPECT_EQ(display_width("\033[2J"), 4U) << "not one of ours";
  EXPECT_EQ(wrapped("best: " + best + " here", 10), "best: " + best + "\n  here");
}

TEST_F(PaintedTexts, AlignInTables) {
  const std::vector<TableColumn> columns{
      {"state", Align::kLeft, {"failed", "ok"}, {Paint::kBad, Paint::kNone}},
      {"n", Align::kRight, {"1", "22"}, {}}};
  EXPECT_EQ(format_table(columns, 80), "state    n\n\033[31mfailed\033[0m   1\nok      22\n");
  EXPECT_EQ(format_table({columns.front()}, 80), "state\n\033[31mfailed\033[0m\nok\n")
      << "no spaces at the end";
}

TEST_F(PaintedTexts, LetNoOtherSequencePass) {
  EXPECT_EQ(printable_painted("\033[2Jx\033[31my\033[0m\033"), "?[2Jx\033[31my\033[0m?");
  EXPECT_EQ(printable_painted("\033[31;44mz\n"), "?[31;44mz\n");
  EXPECT_EQ(printable_painted("\033\033[31m\a"), "?\033[31m?");
  EXPECT_EQ(printable_painted(""), "");
}

TEST(TextRows, AlignNumbersToTheRight) {
  EXPECT_EQ(
      format_rows({{"name", "n", "m"}, {{"a", "1", "x"}, {"bc", "-", ""}, {"", "2e-05", "y"}}}, 80),
      "name      n  m\n"
      "a         1  x\n"
      "bc        -\n"
      "      2e-05  y\n");
}

}  // namespace
}  // namespace hpsearch::reports
