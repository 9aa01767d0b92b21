#include "reports/text/delimited.h"

#include <string_view>

#include "reports/text/csv_field.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {

std::string to_csv(const TextTable& table) {
  std::string text;
  auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += (i == 0 ? "" : ",") + csv_field(cells[i]);
    }
    text += "\r\n";
  };
  add(table.columns);
  for (const auto& row : table.rows) {
    add(row);
  }
  return text;
}

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    escaped += std::string_view("|\\`*<").find(c) == std::string_view::npos ? "" : "\\";
    escaped += c;
  }
  return escaped;
}

std::string to_markdown(const TextTable& table) {
  std::string text = "|";
  std::string rule = "|";
  for (const std::string& column : table.columns) {
    text += " " + markdown_cell(printable(column)) + " |";
    rule += rule == "|" ? " :-- |" : " --: |";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    text += "|";
    for (const std::string& cell : row) {
      text += " " + markdown_cell(printable(cell)) + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace hpsearch::reports
