// The cells of CSV without quotes, as programs write it.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace hpsearch::test {

using Cells = std::vector<std::vector<std::string>>;

inline Cells csv_cells(const std::string& csv) {
  Cells rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

// Without the header.
inline Cells csv_body(const std::string& csv) {
  Cells rows = csv_cells(csv);
  if (!rows.empty()) {
    rows.erase(rows.begin());
  }
  return rows;
}

}  // namespace hpsearch::test
