// Plots curves as text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hpsearch::reports {

// What to draw with: braille patterns, with 2 x 4 dots per character, or letters where UTF-8 is not
// available.
enum class Glyphs { kAscii, kUnicode };

enum class Stroke { kSolid, kDotted };

struct PlotSeries {
  std::vector<std::pair<double, double>> points;  // x ascending; a non-finite y is a gap
  Stroke stroke = Stroke::kSolid;
  char letter = '*';  // drawn with this letter in ASCII
};

struct PlotFrame {
  std::size_t width = 80;   // total width including labels
  std::size_t height = 12;  // rows of the plot; at least 2
  double low = 0.0;         // vertical axis; requires low < high, and low > 0 on a log scale
  double high = 1.0;
  bool logarithmic = false;
  double first = 1.0;  // horizontal axis; requires first <= last
  double last = 1.0;
  Glyphs glyphs = Glyphs::kAscii;
  std::string across = "epoch";     // what x is
  bool logarithmic_across = false;  // requires first > 0
};

// The frame that contains all finite points of `series`; empty without any. Losses that are all
// positive and span a factor of ten or more get a log scale, as the end of such a curve is a flat
// line on a linear one.
std::optional<PlotFrame> frame_of(const std::vector<PlotSeries>& series,
                                  bool losses,
                                  std::size_t width,
                                  Glyphs glyphs);

// Lines of at most frame.width columns without trailing spaces: the curves, three labels on their
// left, and the first and last x below, with what x is. A series of one point is a dot. Where
// series meet, letters become '*'. The plot is at least four columns wide, whatever the width.
std::vector<std::string> char_plot(const std::vector<PlotSeries>& series, const PlotFrame& frame);

// A bar of at most `width` characters for a share of 1, in eighths of a character where there is
// UTF-8.
std::string bar(double share, std::size_t width, Glyphs glyphs);

// Pictures side by side with two spaces between them if they fit into `width`, otherwise one below
// the other.
std::string beside(const std::vector<std::vector<std::string>>& pictures, std::size_t width);

}  // namespace hpsearch::reports
