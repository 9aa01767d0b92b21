// Curves drawn in characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hpsearch::reports {

// Braille patterns have 2 x 4 points a character; without UTF-8 there are letters.
enum class Glyphs { kAscii, kUnicode };

enum class Stroke { kSolid, kDotted };

struct PlotSeries {
  std::vector<std::pair<double, double>> points;  // x ascending; y that are not finite are gaps
  Stroke stroke = Stroke::kSolid;
  char letter = '*';  // what draws it without UTF-8
};

struct PlotFrame {
  std::size_t width = 80;   // of the whole picture, with its labels
  std::size_t height = 12;  // rows between the ends of the vertical axis; at least 2
  double low = 0.0;         // the vertical axis; requires low < high, on a log scale low > 0
  double high = 1.0;
  bool logarithmic = false;
  double first = 1.0;  // the horizontal axis; requires first <= last
  double last = 1.0;
  Glyphs glyphs = Glyphs::kAscii;
};

// The frame that holds all finite points of `series`; empty where there is none. The scale is
// logarithmic where `losses` are all positive and the largest is ten times the smallest or more: on
// a linear one the end of such a course is a flat line.
std::optional<PlotFrame> frame_of(const std::vector<PlotSeries>& series,
                                  bool losses,
                                  std::size_t width,
                                  Glyphs glyphs);

// Lines of at most frame.width columns, without spaces at their ends: the curves, to their left
// three labels, below them the first and the last x. Where series meet, letters become '*'. At
// least four columns are drawn, whatever the width.
std::vector<std::string> char_plot(const std::vector<PlotSeries>& series, const PlotFrame& frame);

// Pictures side by side, if they fit into `width` with two spaces between them, else one below the
// other.
std::string beside(const std::vector<std::vector<std::string>>& pictures, std::size_t width);

}  // namespace hpsearch::reports
