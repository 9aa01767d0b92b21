// Tables with aligned columns for terminals.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hpsearch::reports {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string title;
  Align align = Align::kRight;
  std::vector<std::string> cells = {};  // one per row, printable
};

// Formats columns of equal length under their titles, separated by two spaces. From the first
// column that does not fit into `width`, columns are dropped and named in a last line; the first
// column always stays.
std::string format_table(const std::vector<TableColumn>& columns, std::size_t width);

}  // namespace hpsearch::reports
