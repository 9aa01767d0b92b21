#include "reports/text/terminal_table.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

// An empty cell and a dash stand for a number that is not there.
bool is_number(const std::string& cell) {
  double value = 0.0;
  const char* end = cell.data() + cell.size();
  return cell.empty() || cell == "-" || std::from_chars(cell.data(), end, value).ptr == end;
}

}  // namespace

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
    // The first column always stays: an empty table would help no one.
    shown += total <= width || shown == 0 ? 1 : 0;
  }
  std::string text;
  constexpr std::size_t kTitles = SIZE_MAX;
  auto add_line = [&](std::size_t row) {
    std::string line;
    for (std::size_t c = 0; c < shown; ++c) {
      const std::string& plain = row == kTitles ? columns[c].title : columns[c].cells[row];
      const auto& paints = columns[c].paints;
      const std::string cell = painted(row < paints.size() ? paints[row] : Paint::kNone, plain);
      const std::string space(widths[c] - display_width(plain), ' ');
      line += c == 0 ? "" : "  ";
      line += columns[c].align == Align::kRight ? space + cell : cell + space;
    }
    // No trailing spaces, which would wrap on a narrow terminal.
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  add_line(kTitles);
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    add_line(row);
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

std::string format_rows(const TextTable& table, std::size_t width) {
  std::vector<TableColumn> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    TableColumn& column = columns.emplace_back(TableColumn{printable(table.columns[c])});
    for (const auto& row : table.rows) {
      column.cells.push_back(printable(row[c]));
      if (!is_number(row[c])) {
        column.align = Align::kLeft;
      }
    }
  }
  return format_table(columns, width);
}

}  // namespace hpsearch::reports
