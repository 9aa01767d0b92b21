// Where the rows of a table of text stand in its files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/files/csv_reader.h"
#include "nn/files/table_text.h"

namespace hpsearch::nn {

// One file of the table.
struct FilePart {
  std::shared_ptr<const TableText> text;
  char separator = ',';
  bool header = false;
  std::size_t first_row = 0;  // of the table
};

bool is_empty(const CsvCell& cell);

// Separators alone, such as spreadsheets write below a table: no row.
bool is_blank(const std::vector<CsvCell>& record);

// "<path>:<line>:<column>" of each cell. Requires an order by row, then by column.
std::vector<std::string> find_places(
    const std::vector<FilePart>& parts,
    const std::vector<std::pair<std::size_t, std::size_t>>& rows_and_columns);

}  // namespace hpsearch::nn
