// Reads small CSV files: RFC 4180, with any line endings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

struct CsvRow {
  int line = 1;  // where the row starts, from 1
  std::vector<std::string> cells;
};

// All rows of the text, without empty lines and without spaces around unquoted cells. Throws
// UsageError, with `path` and the line, for an unclosed quote and for text after a closing quote.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path);

}  // namespace hpsearch::runner
