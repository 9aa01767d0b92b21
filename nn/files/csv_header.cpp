#include "nn/files/csv_header.h"

#include <algorithm>
#include <string>
#include <vector>

#include "nn/files/csv_reader.h"
#include "nn/files/missing_words.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kCountingCells = 3;

enum class Kind { kMissing, kNumber, kText };

Kind kind_of(const CsvCell& cell) {
  if (cell.text.empty() || is_missing_word(cell.text)) {
    return Kind::kMissing;
  }
  return inspect_number(cell.text).readings != 0 ? Kind::kNumber : Kind::kText;
}

// A cell of the first line, and what stands below it.
struct Column {
  Kind kind = Kind::kMissing;
  std::string_view text;
  std::size_t numbers = 0;
  std::size_t texts = 0;
  bool again = false;  // its text, in another row

  bool looks_like_a_row() const {
    if (kind == Kind::kText) {
      return again && numbers <= texts;
    }
    return kind == Kind::kMissing || (numbers > 0 && numbers >= 9 * texts);
  }
};

// `reader` has read the first record.
bool looks_like_a_row(std::vector<Column> columns, CsvReader& reader) {
  while (reader.next()) {
    const std::vector<CsvCell>& cells = reader.cells();
    for (std::size_t c = 0; c < std::min(cells.size(), columns.size()); ++c) {
      Column& column = columns[c];
      column.again = column.again || cells[c].text == column.text;
      const Kind kind = kind_of(cells[c]);
      column.numbers += static_cast<std::size_t>(kind == Kind::kNumber);
      column.texts += static_cast<std::size_t>(kind == Kind::kText);
    }
  }
  return std::all_of(columns.begin(), columns.end(),
                     [](const Column& column) { return column.looks_like_a_row(); });
}

// 0, 1, 2 and so on, with a cell without a name before them where pandas wrote its index.
bool counts_from_0(const std::vector<CsvCell>& cells) {
  const std::size_t skipped = cells.front().text.empty() ? 1 : 0;
  if (cells.size() < skipped + kCountingCells) {
    return false;
  }
  for (std::size_t c = skipped; c < cells.size(); ++c) {
    if (cells[c].text != std::to_string(c - skipped)) {
      return false;
    }
  }
  return true;
}

}  // namespace

FirstLine judge_first_line(std::string_view text, char separator) {
  CsvReader reader(text, separator);
  reader.next();
  std::vector<Column> columns;
  bool texts = false;
  bool numbers = false;
  for (const CsvCell& cell : reader.cells()) {
    const Kind kind = kind_of(cell);
    columns.push_back({.kind = kind, .text = cell.text});
    texts = texts || kind == Kind::kText;
    numbers = numbers || kind == Kind::kNumber;
  }
  if (!reader.cells().empty() && counts_from_0(reader.cells())) {
    return FirstLine::kHeaderOfPositions;
  }
  if (!texts) {
    return FirstLine::kRow;
  }
  if (looks_like_a_row(std::move(columns), reader)) {
    return FirstLine::kRow;
  }
  return numbers ? FirstLine::kHeaderWithNumbers : FirstLine::kHeader;
}

}  // namespace hpsearch::nn
