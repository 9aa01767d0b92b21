#include "nn/data/column_names.h"

#include <unordered_set>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/csv_places.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kSampledRows = 200;

}  // namespace

bool has_row_names(const CsvReader& header, std::string_view text, char separator) {
  CsvReader reader(text, separator);
  reader.next();
  std::size_t rows = 0;
  std::size_t longer = 0;
  bool trailing = true;
  while (rows < kSampledRows && reader.next()) {
    ++rows;
    if (reader.cells().size() == header.cells().size() + 1) {
      ++longer;
      trailing = trailing && is_empty(reader.cells().back());
    }
  }
  return longer * 10 >= rows * 9 && longer > 1 && !trailing;
}

ColumnNames name_columns(const std::vector<CsvCell>& header,
                         bool row_names,
                         const std::string& file) {
  ColumnNames columns;
  std::vector<std::string> names;
  if (row_names) {
    names.emplace_back();
    columns.notes.push_back(
        fmt::format("the header of {} has one name fewer than the rows have cells: the first "
                    "column is read as row names",
                    file));
  }
  for (const CsvCell& cell : header) {
    names.emplace_back(cell.text);
  }
  const std::unordered_set<std::string> used(names.begin(), names.end());
  std::unordered_set<std::string> seen;
  for (std::size_t c = 0; c < names.size(); ++c) {
    std::string name = names[c];
    if (name.find_first_not_of(' ') == std::string::npos) {
      name = fmt::format("Unnamed: {}", c);
      columns.nameless.push_back(c);
    }
    const std::string wanted = name;
    for (int i = 1; seen.contains(name) || (i > 1 && used.contains(name)); ++i) {
      name = fmt::format("{}.{}", wanted, i);
    }
    seen.insert(name);
    if (name != wanted) {
      columns.notes.push_back(fmt::format("two columns of {} are called {}; column {} is {}", file,
                                          in_quotes(wanted), c, in_quotes(name)));
    }
    columns.names.push_back(std::move(name));
  }
  return columns;
}

std::size_t nameless_at_end(const std::vector<std::size_t>& nameless, std::size_t columns) {
  std::size_t count = 0;
  while (count < nameless.size() &&
         *(nameless.rbegin() + static_cast<std::ptrdiff_t>(count)) + count + 1 == columns) {
    ++count;
  }
  return count;
}

}  // namespace hpsearch::nn
