#include "reports/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hpsearch::reports {
namespace {

// The length of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      return 0;
    }
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte.
  const auto second = static_cast<unsigned char>(length > 1 ? text[1] : 0);
  const bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
                     (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return wrong ? 0 : length;
}

// C0, DEL, and C1 as UTF-8 (C2 80 ... C2 9F): some terminals obey the latter too.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence.front());
  return first < 0x20 || first == 0x7F ||
         (first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const bool bad = length == 0 || is_control(text.substr(0, length));
    clean += bad ? std::string_view("?") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string short_number(double value) {
  if (std::abs(value) >= 1e4 && std::abs(value) < 1e6) {
    return fmt::format("{:.0f}", value);
  }
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-";
}

std::string short_text(const nn::Value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    return short_number(*real);
  }
  return printable(nn::to_text(value));
}

std::string duration_text(double seconds) {
  if (seconds < 59.95) {  // 59.96 would read "60.0 s"
    return fmt::format("{:.1f} s", seconds);
  }
  const auto whole = static_cast<long long>(std::lround(seconds));
  if (whole < 3600) {
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string format_table(const std::vector<TableColumn>& columns, std::size_t width) {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  std::size_t shown = 0;
  for (const TableColumn& column : columns) {
    std::size_t w = display_width(column.title);
    for (const std::string& cell : column.cells) {
      w = std::max(w, display_width(cell));
    }
    widths.push_back(w);
    total += w + (widths.size() > 1 ? 2 : 0);
    shown += total <= width || shown == 0 ? 1 : 0;  // a table of nothing would help nobody
  }
  std::string text;
  auto add_line = [&](auto cell_of) {
    std::string line;
    for (std::size_t c = 0; c < shown; ++c) {
      const std::string& cell = cell_of(columns[c]);
      const std::string space(widths[c] - display_width(cell), ' ');
      line += c == 0 ? "" : "  ";
      line += columns[c].align == Align::kRight ? space + cell : cell + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  add_line([](const TableColumn& c) -> const std::string& { return c.title; });
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    add_line([row](const TableColumn& c) -> const std::string& { return c.cells[row]; });
  }
  if (shown < columns.size()) {
    std::string line = "(not shown:";
    auto add = [&](const std::string& words) {
      if (display_width(line) + 1 + display_width(words) > width) {
        text += line + '\n';
        line = words;
      } else {
        line += ' ' + words;
      }
    };
    for (std::size_t c = shown; c < columns.size(); ++c) {
      add(columns[c].title + (c + 1 < columns.size() ? "," : ";"));
    }
    add("--json has all)");
    text += line + '\n';
  }
  return text;
}

}  // namespace hpsearch::reports
