#include "nn/files/csv_separator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include "nn/files/csv_reader.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kSampledRecords = 200;

std::size_t count_outside_quotes(std::string_view record, char separator) {
  std::size_t count = 0;
  bool quoted = false;
  for (const char c : record) {
    quoted = quoted != (c == '"');
    count += static_cast<std::size_t>(!quoted && c == separator);
  }
  return count;
}

// True if the semicolons of a record separate numbers only, with decimal commas or without.
bool semicolons_separate_numbers(std::string_view record) {
  while (true) {
    const std::size_t end = std::min(record.find(';'), record.size());
    if (number_readings(record.substr(0, end)) == 0) {
      return false;
    }
    if (end == record.size()) {
      return true;
    }
    record.remove_prefix(end + 1);
  }
}

char by_first_record(std::string_view record) {
  if (count_outside_quotes(record, '\t') > 0) {
    return '\t';
  }
  const std::size_t semicolons = count_outside_quotes(record, ';');
  if (semicolons > 0 &&
      (semicolons > count_outside_quotes(record, ',') || semicolons_separate_numbers(record))) {
    return ';';
  }
  return ',';
}

// The cells of most sampled rows; 0 where fewer than 9 in 10 agree. The header does not count where
// there are rows: it may have a name too few or too many.
std::size_t usual_cells(std::string_view text, char separator) {
  CsvReader reader(text, separator);
  std::map<std::size_t, std::size_t> records_of;
  std::size_t records = 0;
  while (records < kSampledRecords && reader.next()) {
    if (++records == 2) {
      records_of.clear();
    }
    std::size_t cells = reader.cells().size();
    cells -= static_cast<std::size_t>(cells > 1 && reader.cells().back().text.empty() &&
                                      !reader.cells().back().quoted);
    ++records_of[cells];
  }
  const std::size_t counted = records > 1 ? records - 1 : records;
  for (const auto& [cells, count] : records_of) {
    if (count * 10 >= counted * 9) {
      return cells;
    }
  }
  return 0;
}

}  // namespace

char find_separator(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \r\n"), text.size());
  const std::string_view first =
      text.substr(begin, std::min(text.find_first_of("\r\n", begin), text.size()) - begin);
  const char likely = by_first_record(first);
  if (first.find(likely) != std::string_view::npos && usual_cells(text, likely) > 1) {
    return likely;
  }
  for (const char other : std::array{'\t', ';', ',', '|', CsvReader::kBlanks}) {
    if (usual_cells(text, other) > 1 &&
        (other == CsvReader::kBlanks || first.find(other) != std::string_view::npos)) {
      return other;
    }
  }
  return likely;
}

std::string_view name_of_separator(char separator) {
  switch (separator) {
    case '\t':
      return "tabs";
    case ';':
      return "semicolons";
    case '|':
      return "vertical bars";
    case CsvReader::kBlanks:
      return "blanks";
    default:
      return "commas";
  }
}

}  // namespace hpsearch::nn
