// Tables with aligned columns for terminals.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/text/delimited.h"
#include "reports/text/paint.h"

namespace hpsearch::reports {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string title;
  Align align = Align::kRight;
  std::vector<std::string> cells = {};  // one per row, printable
  std::vector<Paint> paints = {};       // one per row; empty: no colours
};

// Formats columns of equal length under their titles, separated by two spaces. From the first
// column that does not fit into `width`, columns are dropped and named in a last line; the first
// column always stays.
std::string format_table(const std::vector<TableColumn>& columns, std::size_t width);

// The same of rows of texts, all through printable(). Columns of numbers are aligned to the right.
std::string format_rows(const TextTable& table, std::size_t width);

}  // namespace hpsearch::reports
