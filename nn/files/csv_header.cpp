#include "nn/files/csv_header.h"

#include <algorithm>
#include <string>
#include <vector>

#include "nn/files/cell_value.h"

namespace hpsearch::nn {
namespace {

using Kind = CellValue::Kind;

bool is_number(Kind kind) {
  return kind == Kind::kNumber || kind == Kind::kDecimalComma || kind == Kind::kTooLarge;
}

// A cell of the first line, and what stands below it.
struct Column {
  Kind kind = Kind::kMissing;
  std::string text;
  std::size_t numbers = 0;
  std::size_t texts = 0;
  bool again = false;  // its text, in another row

  bool looks_like_a_row() const {
    return kind == Kind::kMissing ||
           (kind == Kind::kText ? again : numbers > 0 && numbers >= 9 * texts);
  }
};

bool looks_like_a_row(std::vector<Column> columns, const CsvReader& first) {
  CsvReader reader(first.path());
  reader.next();
  while (reader.next()) {
    const std::vector<CsvCell>& cells = reader.cells();
    for (std::size_t c = 0; c < std::min(cells.size(), columns.size()); ++c) {
      Column& column = columns[c];
      if (column.kind == Kind::kText) {
        column.again = column.again || cells[c].text == column.text;
      } else if (column.kind != Kind::kMissing) {
        const Kind kind = read_cell(cells[c].text).kind;
        column.numbers += static_cast<std::size_t>(is_number(kind));
        column.texts += static_cast<std::size_t>(kind == Kind::kText);
      }
    }
  }
  return std::all_of(columns.begin(), columns.end(),
                     [](const Column& column) { return column.looks_like_a_row(); });
}

}  // namespace

FirstLine judge_first_line(const CsvReader& reader) {
  std::vector<Column> columns;
  bool texts = false;
  bool numbers = false;
  for (const CsvCell& cell : reader.cells()) {
    const Kind kind = read_cell(cell.text).kind;
    columns.push_back({.kind = kind, .text = std::string(cell.text)});
    texts = texts || kind == Kind::kText;
    numbers = numbers || is_number(kind);
  }
  if (!texts) {
    return FirstLine::kRow;
  }
  if (!numbers) {
    return FirstLine::kHeader;
  }
  return looks_like_a_row(std::move(columns), reader) ? FirstLine::kRow
                                                      : FirstLine::kHeaderWithNumbers;
}

}  // namespace hpsearch::nn
