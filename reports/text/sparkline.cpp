#include "reports/text/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace hpsearch::reports {
namespace {

constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

// The mean of the finite values; NaN without any.
double mean(std::span<const double> values) {
  double sum = 0.0;
  double count = 0.0;
  for (const double value : values) {
    sum += std::isfinite(value) ? value : 0.0;
    count += std::isfinite(value) ? 1.0 : 0.0;
  }
  return sum / count;
}

}  // namespace

std::string sparkline(
    std::span<const double> values, std::size_t width, double low, double high, Glyphs glyphs) {
  const std::size_t columns = std::min(width, values.size());
  const std::size_t levels = glyphs == Glyphs::kUnicode ? kBlocks.size() : 10;
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = i * values.size() / columns;
    const std::size_t end = (i + 1) * values.size() / columns;
    const double value = mean(values.subspan(begin, end - begin));
    if (!std::isfinite(value)) {
      text += ' ';
      continue;
    }
    const double place = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.5;
    const auto level =
        static_cast<std::size_t>(std::lround(place * static_cast<double>(levels - 1)));
    text += glyphs == Glyphs::kUnicode ? std::string(kBlocks[level])
                                       : std::string(1, static_cast<char>('0' + level));
  }
  return text;
}

}  // namespace hpsearch::reports
