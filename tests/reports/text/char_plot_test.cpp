#include "reports/text/char_plot.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/findings/curves.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CharPlot, DrawsALineOfLettersBetweenItsLabels) {
  const std::vector<PlotSeries> series{{{{1, 0.0}, {5, 1.0}}, Stroke::kSolid, 'v'}};
  auto frame = frame_of(series, false, 8, Glyphs::kAscii);
  ASSERT_TRUE(frame);
  frame->height = 5;
  EXPECT_THAT(char_plot(series, *frame), ElementsAre("  1 +   v", "    |  v", "0.5 +  v", "    | v",
                                                     "  0 +v", "    +----", "     1  5"))
      << "at least four columns";
}

TEST(CharPlot, SetsTheDotsOfBraille) {
  // One character has eight dots. A solid line from its lower left to its upper right corner.
  const std::vector<PlotSeries> series{{{{1, 0.0}, {2, 1.0}}, Stroke::kSolid, 'v'}};
  auto frame = frame_of(series, false, 7, Glyphs::kUnicode);
  frame->height = 2;
  const auto lines = char_plot(series, *frame);
  EXPECT_THAT(lines.front(), testing::StartsWith("1 \u2524"));
  EXPECT_EQ(display_width(lines.front()), 7U);
  EXPECT_THAT(lines.front(), testing::EndsWith("\u280a"))  // 2800 + 02 + 08
      << "points 2 and 4";
}

TEST(CharPlot, TakesALogScaleForLossesThatFallFar) {
  const std::vector<PlotSeries> far{{{{1, 2.0}, {9, 0.02}}, Stroke::kSolid, 'v'}};
  EXPECT_TRUE(frame_of(far, true, 40, Glyphs::kAscii)->logarithmic);
  EXPECT_FALSE(frame_of(far, false, 40, Glyphs::kAscii)->logarithmic);
  const std::vector<PlotSeries> zero{{{{1, 2.0}, {9, 0.0}}, Stroke::kSolid, 'v'}};
  EXPECT_FALSE(frame_of(zero, true, 40, Glyphs::kAscii)->logarithmic);
}

TEST(CharPlot, PassesOverWhatIsNoNumber) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(frame_of({{{{1, none}}, Stroke::kSolid, 'v'}}, true, 40, Glyphs::kAscii));
  const std::vector<PlotSeries> gap{{{{1, 1.0}, {2, none}, {3, 1.0}}, Stroke::kSolid, 'v'}};
  auto frame = frame_of(gap, false, 12, Glyphs::kAscii);
  frame->height = 3;
  EXPECT_THAT(char_plot(gap, *frame)[1], testing::MatchesRegex(" *\\|v +v")) << "no line across";
}

TEST(CharPlot, FitsEveryWidth) {
  const std::vector<PlotSeries> series{{{{1, 0.123456}, {40, 0.98765}}, Stroke::kSolid, 'v'},
                                       {{{1, 0.2}, {40, 0.9}}, Stroke::kDotted, 't'}};
  for (const Glyphs glyphs : {Glyphs::kAscii, Glyphs::kUnicode}) {
    for (std::size_t width = 14; width < 120; ++width) {
      for (const std::string& line : char_plot(series, *frame_of(series, false, width, glyphs))) {
        EXPECT_LE(display_width(line), width);
        EXPECT_FALSE(line.ends_with(' '));
      }
    }
  }
}

TEST(Beside, PutsPicturesNextToEachOtherWhereTheyFit) {
  EXPECT_EQ(beside({{"ab", "c"}, {"d"}}, 5), "ab  d\nc\n");
  EXPECT_EQ(beside({{"ab", "c"}, {"d"}}, 4), "ab\nc\nd\n");
}

TEST(Curves, KnowWhichSeriesBelongTogether) {
  EXPECT_THAT(series_of("loss"), ElementsAre("val_loss", "train_loss"));
  EXPECT_THAT(series_of("train_accuracy"), ElementsAre("val_accuracy", "train_accuracy"));
  EXPECT_THAT(series_of("val_f1"), ElementsAre("val_f1"));
}

TEST(Curves, AreDrawnWithOneAxisAndFitTheWidth) {
  storage::SweepRow sweep;
  sweep.metric = "val_loss";
  TrialCurves one;
  one.trial.number = 3;
  one.trial.state = search::TrialState::kComplete;
  one.trial.value = 0.25;
  one.trial.best_epoch = 2;
  one.curves = {{"val_loss", {{1, 0.5}, {2, 0.25}}}, {"train_loss", {{1, 0.6}, {2, 0.1}}}};
  TrialCurves other = one;
  other.trial.number = 4;
  other.curves[0].values = {{1, 2.0}, {2, 1.0}};
  const std::string text = curves_text(sweep, {one, other}, 80, Glyphs::kAscii);
  EXPECT_THAT(text, HasSubstr("trial 3: val_loss 0.25 at epoch 2"));
  EXPECT_THAT(text, HasSubstr("  2 +"));
  EXPECT_THAT(text, testing::EndsWith("val_loss: v, train_loss: t; log scale\n"));
  for (const std::size_t width : {20U, 40U, 80U, 200U}) {
    const std::string shown = curves_text(sweep, {one, other}, width, Glyphs::kUnicode);
    for (std::size_t at = 0; at < shown.size();) {
      const std::size_t end = shown.find('\n', at);
      EXPECT_LE(display_width(shown.substr(at, end - at)), width) << shown;
      at = end + 1;
    }
  }
}

TEST(Wrapped, BreaksLinesAtSpacesAndLeavesWordsWhole) {
  EXPECT_EQ(wrapped("one two three\n", 80), "one two three\n");
  EXPECT_EQ(wrapped("one two three\n", 9), "one two\n  three\n");
  EXPECT_EQ(wrapped("  one two\nthree", 7), "  one\n    two\nthree");
  EXPECT_EQ(wrapped("/a/long/path is long", 6), "/a/long/path\n  is\n  long");
  EXPECT_EQ(wrapped("a   b", 5), "a   b");
  EXPECT_EQ(wrapped("", 5), "");
}

}  // namespace
}  // namespace hpsearch::reports
