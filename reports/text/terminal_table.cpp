#include "reports/text/terminal_table.h"

#include <algorithm>

#include "reports/text/printable.h"

namespace hpsearch::reports {

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
  auto add_line = [&](auto cell_of) {
    std::string line;
    for (std::size_t c = 0; c < shown; ++c) {
      const std::string& cell = cell_of(columns[c]);
      const std::string space(widths[c] - display_width(cell), ' ');
      line += c == 0 ? "" : "  ";
      line += columns[c].align == Align::kRight ? space + cell : cell + space;
    }
    // No trailing spaces, which would wrap on a narrow terminal.
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
