#include "reports/text/char_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMinColumns = 4;

// A grid of dots with the origin at the upper left.
class Canvas {
 public:
  Canvas(std::size_t columns, std::size_t rows, Glyphs glyphs)
      : glyphs_(glyphs),
        columns_(columns),
        rows_(rows),
        braille_(columns * rows, 0),
        letters_(columns * rows, ' ') {}

  std::size_t width() const { return glyphs_ == Glyphs::kUnicode ? 2 * columns_ : columns_; }
  std::size_t height() const { return glyphs_ == Glyphs::kUnicode ? 4 * rows_ : rows_; }

  void set(std::size_t x, std::size_t y, char letter) {
    if (glyphs_ == Glyphs::kAscii) {
      char& cell = letters_[y * columns_ + x];
      cell = cell == ' ' || cell == letter ? letter : '*';
      return;
    }
    // Bits of a braille pattern: 1, 2, 4, 40 down the left column and 8, 10, 20, 80 down the right.
    constexpr unsigned kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    braille_[y / 4 * columns_ + x / 2] |= kBits[y % 4][x % 2];
  }

  std::string row(std::size_t y) const {
    std::string text;
    for (std::size_t x = 0; x < columns_; ++x) {
      const unsigned bits = braille_[y * columns_ + x];
      if (glyphs_ == Glyphs::kAscii) {
        text += letters_[y * columns_ + x];
      } else if (bits == 0) {
        text += ' ';  // not the empty pattern U+2800: some fonts draw it
      } else {        // U+2800 + bits
        text += '\xe2';
        text += static_cast<char>(0xa0 | (bits >> 6));
        text += static_cast<char>(0x80 | (bits & 0x3f));
      }
    }
    return text.erase(text.find_last_not_of(' ') + 1);
  }

 private:
  Glyphs glyphs_;
  std::size_t columns_;
  std::size_t rows_;
  std::vector<unsigned> braille_;
  std::vector<char> letters_;
};

// The place of y on the vertical axis, 0 at low and 1 at high.
double unit(const PlotFrame& frame, double y) {
  return frame.logarithmic ? std::log(y / frame.low) / std::log(frame.high / frame.low)
                           : (y - frame.low) / (frame.high - frame.low);
}

// The place of x on the horizontal axis, likewise.
double unit_across(const PlotFrame& frame, double x) {
  if (frame.last <= frame.first) {
    return 0.0;
  }
  return frame.logarithmic_across ? std::log(x / frame.first) / std::log(frame.last / frame.first)
                                  : (x - frame.first) / (frame.last - frame.first);
}

// The index at `part`, 0 to 1, of `count` dots.
std::size_t point_at(double part, std::size_t count) {
  const double index = std::round(std::clamp(part, 0.0, 1.0) * static_cast<double>(count - 1));
  return static_cast<std::size_t>(index);
}

void draw(const PlotSeries& series, const PlotFrame& frame, Canvas& canvas) {
  std::pair<std::size_t, std::size_t> before;
  bool continues = false;  // whether the line continues from `before`
  for (const auto& [x_value, y_value] : series.points) {
    if (!std::isfinite(y_value) || (frame.logarithmic && y_value <= 0.0)) {
      continues = false;
      continue;
    }
    const std::size_t x = point_at(unit_across(frame, x_value), canvas.width());
    const std::size_t y = point_at(1.0 - unit(frame, y_value), canvas.height());
    const auto from = continues ? before : std::pair(x, y);
    // Interpolate from the previous point: one dot per column, or per row where the line is steep.
    const std::size_t steps = std::max(
        {x - from.first, y > from.second ? y - from.second : from.second - y, std::size_t{1}});
    for (std::size_t step = continues ? 1 : steps; step <= steps; ++step) {
      const double part = static_cast<double>(step) / static_cast<double>(steps);
      const double across = static_cast<double>(x) - static_cast<double>(from.first);
      const double down = static_cast<double>(y) - static_cast<double>(from.second);
      const auto px = from.first + static_cast<std::size_t>(std::lround(across * part));
      const auto py =
          static_cast<std::size_t>(std::lround(static_cast<double>(from.second) + down * part));
      if (series.stroke == Stroke::kSolid || px % 4 == 0) {
        canvas.set(px, py, series.letter);
      }
    }
    before = {x, y};
    continues = true;
  }
}

double middle(const PlotFrame& frame) {
  return frame.logarithmic ? std::sqrt(frame.low * frame.high) : (frame.low + frame.high) / 2.0;
}

std::string spaces(std::size_t count) {
  return std::string(count, ' ');
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

}  // namespace

std::optional<PlotFrame> frame_of(const std::vector<PlotSeries>& series,
                                  bool losses,
                                  std::size_t width,
                                  Glyphs glyphs) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  PlotFrame frame{.width = width,
                  .low = kInfinity,
                  .high = -kInfinity,
                  .first = kInfinity,
                  .last = -kInfinity,
                  .glyphs = glyphs};
  for (const PlotSeries& one : series) {
    for (const auto& [x, y] : one.points) {
      if (std::isfinite(y)) {
        frame.low = std::min(frame.low, y);
        frame.high = std::max(frame.high, y);
        frame.first = std::min(frame.first, x);
        frame.last = std::max(frame.last, x);
      }
    }
  }
  if (frame.low > frame.high) {
    return std::nullopt;
  }
  frame.logarithmic = losses && frame.low > 0.0 && frame.high / frame.low >= 10.0;
  if (frame.low == frame.high) {  // centre a flat line
    const double room = frame.low == 0.0 ? 1.0 : std::abs(frame.low) * 0.1;
    frame.low -= room;
    frame.high += room;
  }
  return frame;
}

std::vector<std::string> char_plot(const std::vector<PlotSeries>& series, const PlotFrame& frame) {
  const bool unicode = frame.glyphs == Glyphs::kUnicode;
  const std::size_t rows = std::max<std::size_t>(frame.height, 2);
  std::vector<std::string> labels(rows);
  labels.front() = short_number(frame.high);
  labels.back() = short_number(frame.low);
  if (rows >= 5) {
    // Label the centre of the middle row; with an even number of rows it is half a row off the
    // axis' centre.
    const double place = 1.0 - (static_cast<double>(rows / 2) + 0.5) / static_cast<double>(rows);
    const double value = rows % 2 == 1       ? middle(frame)
                         : frame.logarithmic ? frame.low * std::pow(frame.high / frame.low, place)
                                             : frame.low + place * (frame.high - frame.low);
    labels[rows / 2] = short_number(value);
  }
  std::size_t label_width = 0;
  for (const std::string& label : labels) {
    label_width = std::max(label_width, label.size());
  }
  const std::size_t taken = label_width + 2;
  Canvas canvas(std::max(frame.width > taken ? frame.width - taken : 0, kMinColumns), rows,
                frame.glyphs);
  for (const PlotSeries& one : series) {
    draw(one, frame, canvas);
  }
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string& label = labels[row];
    const char* axis =
        unicode ? (label.empty() ? " \u2502" : " \u2524") : (label.empty() ? " |" : " +");
    lines.push_back(spaces(label_width - label.size()) + label + axis + canvas.row(row));
  }
  const std::size_t columns = unicode ? canvas.width() / 2 : canvas.width();
  lines.push_back(spaces(label_width) + (unicode ? " \u2514" + repeated("\u2500", columns)
                                                 : " +" + repeated("-", columns)));
  const std::string first = short_number(frame.first);
  const std::string last = frame.last > frame.first ? short_number(frame.last) : "";
  std::string below = spaces(label_width + 2) + first;
  const std::string& title = frame.across;
  if (first.size() + last.size() + title.size() + 2 <= columns) {
    const std::size_t room = columns - first.size() - last.size() - title.size();
    below += spaces(room / 2) + title + spaces(room - room / 2) + last;
  } else if (first.size() + last.size() + 1 <= columns) {
    below += spaces(columns - first.size() - last.size()) + last;
  }
  lines.push_back(below.erase(below.find_last_not_of(' ') + 1));
  return lines;
}

std::string bar(double share, std::size_t width, Glyphs glyphs) {
  // Rounded once, to the finest unit.
  const auto eighths = static_cast<std::size_t>(
      std::lround(std::clamp(share, 0.0, 1.0) * 8.0 * static_cast<double>(width)));
  if (glyphs == Glyphs::kAscii) {
    return std::string((eighths + 4) / 8, '#');
  }
  std::string text = repeated("\u2588", eighths / 8);
  // U+2588 is the full block, U+2589 to U+258F are seven eighths down to one eighth.
  if (eighths % 8 != 0) {
    text += "\xe2\x96";
    text += static_cast<char>(0x90 - eighths % 8);
  }
  return text;
}

std::string beside(const std::vector<std::vector<std::string>>& pictures, std::size_t width) {
  constexpr std::size_t kGap = 2;
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  std::size_t rows = 0;
  for (const auto& picture : pictures) {
    std::size_t widest = 0;
    for (const std::string& line : picture) {
      widest = std::max(widest, display_width(line));
    }
    total += widest + (widths.empty() ? 0 : kGap);
    widths.push_back(widest);
    rows = std::max(rows, picture.size());
  }
  std::string text;
  if (total > width) {
    for (const auto& picture : pictures) {
      for (const std::string& line : picture) {
        text += line + "\n";
      }
    }
    return text;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line;
    for (std::size_t p = 0; p < pictures.size(); ++p) {
      const std::string cell = row < pictures[p].size() ? pictures[p][row] : "";
      line += cell + spaces(widths[p] - display_width(cell) + kGap);
    }
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace hpsearch::reports
