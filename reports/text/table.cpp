#include "reports/text/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/text/utf8.h"

namespace hpsearch::reports {

std::string printable(std::string_view text, LineBreaks breaks) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    const bool kept = breaks == LineBreaks::kKept && c.value == U'\n';
    const bool bad = !kept && (!c.valid || is_control(c.value));
    clean += bad ? std::string_view("?") : text.substr(i, c.size);
    i += c.size;
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  return count_code_points(text);
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

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    const bool broken = end < text.size();
    text.remove_prefix(broken ? end + 1 : end);
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    std::string shown(line.substr(0, first));  // the line's own indentation
    const std::string further = shown + std::string(indent, ' ');
    line.remove_prefix(first);
    bool begun = false;
    if (first + display_width(line) <= width) {  // spaces between columns stay as they are
      shown += line;
      line = {};
    }
    while (!line.empty()) {
      const std::size_t space = std::min(line.find(' '), line.size());
      const std::string_view word = line.substr(0, space);
      line.remove_prefix(std::min(line.find_first_not_of(' ', space), line.size()));
      if (begun && display_width(shown) + 1 + display_width(word) > width) {
        result += shown + '\n';
        shown = further;
        begun = false;
      }
      shown += begun ? " " : "";
      shown += word;
      begun = true;
    }
    result += shown;
    result += broken ? "\n" : "";
  }
  return result;
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
