// The names of a table's columns, from its header line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nn/files/csv_reader.h"

namespace hpsearch::nn {

struct ColumnNames {
  std::vector<std::string> names;     // all different
  std::vector<std::size_t> nameless;  // columns whose header cell is empty
  std::vector<std::string> notes;     // what a user should hear
};

// True if most rows have one cell more than the header has names, and that is no empty cell at the
// end: R's write.table leaves the names of the rows without a name. `header` has read the header;
// `text` begins with it, and its first rows decide.
bool has_row_names(const CsvReader& header, std::string_view text, char separator);

// From the cells of the header. A column without a name is called "Unnamed: N", as pandas has it;
// of two columns with one name the later is "name.1". `row_names`: a column for them comes first.
// `file`: its name, for the notes.
ColumnNames name_columns(const std::vector<CsvCell>& header,
                         bool row_names,
                         const std::string& file);

// How many of the last columns have no name in the header. `nameless`: of name_columns().
std::size_t nameless_at_end(const std::vector<std::size_t>& nameless, std::size_t columns);

}  // namespace hpsearch::nn
