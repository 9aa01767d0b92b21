// Small CSV files: RFC 4180, with any line ends; also with semicolons or tabs instead of commas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

struct CsvRow {
  int line = 1;  // where the row starts, from 1
  std::vector<std::string> cells;
};

// All rows of the text. Its separator is the comma, or, if the first line has none, the semicolon
// or the tab that it has. Empty lines are left out, spaces around unquoted cells too. Throws
// UsageError, with `path` and the line, for a quote that is not closed and for text after a closing
// one.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path);

}  // namespace hpsearch::runner
