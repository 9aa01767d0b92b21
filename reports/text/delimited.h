// Rows of texts as CSV and as GitHub's table.
#pragma once

#include <string>
#include <vector>

namespace hpsearch::reports {

struct TextTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as columns
};

// RFC 4180: a header, lines that end with CRLF.
std::string to_csv(const TextTable& table);

// A text in a cell of a GitHub table. Requires a printable one: no line breaks.
std::string markdown_cell(const std::string& text);

// All cells through printable(). The first column is aligned to the left.
std::string to_markdown(const TextTable& table);

}  // namespace hpsearch::reports
