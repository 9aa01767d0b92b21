#include "runner/tour/tour_pictures.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::runner {
namespace {

using reports::display_width;
using reports::short_number;

constexpr std::size_t kRows = 9;        // of a plot
constexpr std::size_t kGap = 2;         // between pictures
constexpr std::size_t kLeastEach = 30;  // columns of a picture beside another

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return text + std::string(width > taken ? width - taken : 0, ' ');
}

template <class Items>
std::size_t widest_title(const Items& items) {
  std::size_t widest = 0;
  for (const auto& item : items) {
    widest = std::max(widest, display_width(item.title));
  }
  return widest;
}

// The columns of each of `count` pictures side by side; all of the width if they do not fit.
std::size_t width_of_each(std::size_t count, const TourLook& look) {
  const std::size_t gaps = kGap * (count - 1);
  const std::size_t each = look.width > gaps ? (look.width - gaps) / count : 0;
  return each >= kLeastEach ? each : look.width;
}

std::vector<reports::PlotSeries> series_of(const std::vector<TourCurve>& curves) {
  std::vector<reports::PlotSeries> series;
  for (const TourCurve& curve : curves) {
    series.push_back({curve.points,
                      series.empty() ? reports::Stroke::kSolid : reports::Stroke::kDotted,
                      curve.letter});
  }
  return series;
}

// The place of a value on a log scale of `columns` characters.
std::size_t column_of(double value, double low, double high, std::size_t columns) {
  const double part = std::clamp(std::log(value / low) / std::log(high / low), 0.0, 1.0);
  return static_cast<std::size_t>(std::lround(part * static_cast<double>(columns - 1)));
}

// The ends of a log scale of `columns` characters that begins behind `indent` ones.
std::string scale_line(double low, double high, std::size_t indent, std::size_t columns) {
  const std::string left = short_number(low);
  const std::string right = short_number(high);
  const std::size_t taken = left.size() + right.size();
  return std::string(indent, ' ') + left + std::string(columns > taken ? columns - taken : 1, ' ') +
         right + "\n";
}

}  // namespace

std::string bars_picture(const std::vector<std::pair<std::string, double>>& bars,
                         bool logarithmic,
                         const TourLook& look) {
  std::size_t title = 0;
  double low = HUGE_VAL;
  double high = 0.0;
  for (const auto& [name, value] : bars) {
    title = std::max(title, display_width(name));
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  constexpr std::size_t kNumber = 12;  // columns for the figure behind the bar
  const std::size_t taken = title + kGap + kNumber;
  const std::size_t room =
      look.width > taken + 4 ? std::min<std::size_t>(look.width - taken, 50) : 4;
  std::string text;
  for (const auto& [name, value] : bars) {
    // On a log scale the smallest value keeps a short bar.
    const double share = !std::isfinite(value) ? 0.0
                         : logarithmic ? std::log(2.0 * value / low) / std::log(2.0 * high / low)
                                       : value / high;
    text += fmt::format("{}{}{} {}\n", padded(name, title), std::string(kGap, ' '),
                        reports::bar(share, room, look.glyphs), short_number(value));
  }
  return text;
}

std::string curves_picture(const std::vector<std::vector<TourCurve>>& groups,
                           bool losses,
                           bool same_axes,
                           const TourLook& look) {
  const std::size_t each = width_of_each(groups.size(), look);
  std::vector<reports::PlotSeries> all;
  for (const auto& group : groups) {
    const auto series = series_of(group);
    all.insert(all.end(), series.begin(), series.end());
  }
  std::vector<std::vector<std::string>> pictures;
  for (const auto& group : groups) {
    const auto series = series_of(group);
    auto frame = reports::frame_of(same_axes ? all : series, losses, each, look.glyphs);
    std::vector<std::string> lines{group.front().title};
    if (frame) {
      frame->height = kRows;
      const auto plot = reports::char_plot(series, *frame);
      lines.insert(lines.end(), plot.begin(), plot.end());
    }
    pictures.push_back(std::move(lines));
  }
  return reports::beside(pictures, look.width);
}

std::string strips_picture(const std::vector<TourStrip>& strips,
                           double low,
                           double high,
                           const TourLook& look) {
  const std::size_t indent = widest_title(strips) + kGap;
  const std::size_t columns =
      look.width > indent + 10 ? std::min<std::size_t>(look.width - indent, 70) : 10;
  std::string text;
  for (const TourStrip& strip : strips) {
    std::vector<int> marks(columns, 0);
    for (const double value : strip.values) {
      ++marks[column_of(value, low, high, columns)];
    }
    text += padded(strip.title, indent);
    for (const int count : marks) {
      text += count > 0 ? std::string(1, static_cast<char>('0' + std::min(count, 9)))
              : look.glyphs == reports::Glyphs::kUnicode ? "\u00b7"
                                                         : ".";
    }
    text += "\n";
  }
  return text + scale_line(low, high, indent, columns);
}

std::string points_picture(const std::vector<TourPoints>& groups,
                           const std::string& across,
                           bool logarithmic,
                           const TourLook& look) {
  const std::size_t each = width_of_each(groups.size(), look);
  std::vector<reports::PlotSeries> all;
  for (const TourPoints& group : groups) {
    all.push_back({group.points});
  }
  std::vector<std::vector<std::string>> pictures;
  auto frame = reports::frame_of(all, false, each, look.glyphs);
  for (const TourPoints& group : groups) {
    std::vector<std::string> lines{group.title};
    if (frame) {
      frame->height = kRows;
      frame->logarithmic = logarithmic;
      frame->across = across;
      frame->logarithmic_across = true;
      std::vector<reports::PlotSeries> dots;
      for (const auto& point : group.points) {
        dots.push_back({{point}, reports::Stroke::kSolid, 'o'});
      }
      const auto plot = reports::char_plot(dots, *frame);
      lines.insert(lines.end(), plot.begin(), plot.end());
    }
    pictures.push_back(std::move(lines));
  }
  return reports::beside(pictures, look.width);
}

std::string ranges_picture(const std::vector<TourRange>& ranges, const TourLook& look) {
  const std::size_t indent = widest_title(ranges) + kGap;
  const std::size_t columns =
      look.width > indent + 10 ? std::min<std::size_t>(look.width - indent, 70) : 10;
  const bool unicode = look.glyphs == reports::Glyphs::kUnicode;
  const double low = ranges.front().low;
  const double high = ranges.front().high;
  std::string text;
  for (const TourRange& range : ranges) {
    const std::size_t first = column_of(range.low, low, high, columns);
    const std::size_t last = column_of(range.high, low, high, columns);
    text += padded(range.title, indent) + std::string(first, ' ');
    for (std::size_t column = first; column <= last; ++column) {
      text += column == first  ? (unicode ? "\u251c" : "|")
              : column == last ? (unicode ? "\u2524" : "|")
                               : (unicode ? "\u2500" : "-");
    }
    text += "\n";
  }
  return text + scale_line(low, high, indent, columns);
}

}  // namespace hpsearch::runner
