#include "nn/data/csv_table.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_reader.h"
#include "nn/files/cell_value.h"
#include "nn/files/csv_header.h"
#include "nn/files/csv_reader.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

bool is_number(const CsvCell& cell) {
  const CellValue::Kind kind = read_cell(cell.text).kind;
  return kind != CellValue::Kind::kMissing && kind != CellValue::Kind::kText;
}

std::string_view word_of(char separator) {
  return separator == '\t' ? "tabs" : separator == ';' ? "semicolons" : "commas";
}

// One reading of all files into one table.
class TableReader {
 public:
  // as_text: names of the columns whose numbers are texts.
  TableReader(const DatasetSource& source, const std::vector<std::string>& as_text)
      : source_(source), as_text_(as_text) {}

  // Adds the rows of a file. Returns how many there were. `role`: as in FileChecksum.
  std::size_t read(const fs::path& path, std::string_view role) {
    CsvReader reader(path);
    if (!reader.next()) {
      throw DataError(path.string(), "the file is empty", "give a table with a header and rows");
    }
    const bool header = columns_.empty() ? begin(reader) : repeats_header(reader);
    if (!table_.files.empty()) {
      check_same_columns(reader, header);
    }
    const std::size_t before = table_.rows;
    if (!header) {
      add_row(reader);
    }
    while (reader.next()) {
      add_row(reader);
    }
    if (table_.rows == before) {
      throw DataError(path, reader.end_of_record(), "the table ends after its header line",
                      "give it at least one row");
    }
    table_.files.push_back(reader.checksum());
    table_.files.back().role = role;
    return table_.rows - before;
  }

  // The columns that must be read again as text.
  std::vector<std::string> mixed_columns() const {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (columns_[c].must_be_text()) {
        names.push_back(names_[c]);
      }
    }
    return names;
  }

  Table take() {
    for (ColumnReader& column : columns_) {
      if (std::optional<std::string> note = column.note()) {
        table_.notes.push_back(*std::move(note));
      }
      table_.columns.push_back(column.take());
    }
    return std::move(table_);
  }

 private:
  // The first record of the first file says what the columns are. Returns whether it is a header.
  bool begin(const CsvReader& reader) {
    const std::vector<CsvCell>& cells = reader.cells();
    if (cells.size() < 2) {
      throw DataError(reader.path(), reader.place_of(cells[0]),
                      "the table has one column, but a target and something to tell it by are two",
                      "separate the cells of a row by commas, semicolons or tabs");
    }
    const FirstLine line = judge_first_line(reader);
    header_ = line != FirstLine::kRow;
    if (line == FirstLine::kHeaderWithNumbers) {
      note_numbers_in_header(reader);
    }
    if (header_) {
      read_names(reader);
    } else {
      for (std::size_t c = 0; c < cells.size(); ++c) {
        names_.push_back(std::to_string(c));
      }
      table_.notes.push_back(
          fmt::format("{} has no header line: its columns are called by their numbers, 0 to {}",
                      reader.path().filename().string(), cells.size() - 1));
    }
    if (reader.separator() != ',') {
      table_.notes.push_back(fmt::format("the cells of {} are separated by {}",
                                         reader.path().filename().string(),
                                         word_of(reader.separator())));
    }
    table_.roles = find_roles(names_, source_, reader.path().string());
    columns_.reserve(names_.size());
    const std::vector<std::size_t> targets = table_.roles.targets();
    for (std::size_t c = 0; c < names_.size(); ++c) {
      const bool is_target = std::find(targets.begin(), targets.end(), c) != targets.end();
      const ColumnUse use = c == table_.roles.group   ? ColumnUse::kGroup
                            : c == table_.roles.order ? ColumnUse::kOrder
                            : is_target               ? ColumnUse::kTarget
                                                      : ColumnUse::kFeature;
      columns_.emplace_back(
          names_[c], use, std::find(as_text_.begin(), as_text_.end(), names_[c]) != as_text_.end());
    }
    return header_;
  }

  void note_numbers_in_header(const CsvReader& reader) {
    const std::vector<CsvCell>& cells = reader.cells();
    const auto number = std::find_if(cells.begin(), cells.end(), is_number);
    table_.notes.push_back(
        fmt::format("line {} of {} is taken for its header, though {} is a number; put a header "
                    "line above it if it is a row",
                    reader.place_of(cells[0]).line, reader.path().filename().string(),
                    in_quotes(number->text)));
  }

  // Of a further file. Where the first one has no header, a header is a line of texts alone: a few
  // rows of classes cannot tell it otherwise.
  bool repeats_header(const CsvReader& reader) const {
    const std::vector<CsvCell>& cells = reader.cells();
    const bool texts = std::any_of(cells.begin(), cells.end(), [](const CsvCell& cell) {
      return read_cell(cell.text).kind == CellValue::Kind::kText;
    });
    return texts && (header_ || std::none_of(cells.begin(), cells.end(), is_number));
  }

  void read_names(const CsvReader& reader) {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (const CsvCell& cell : reader.cells()) {
      if (cell.text.empty()) {
        throw DataError(reader.path(), reader.place_of(cell),
                        fmt::format("column {} has no name", names_.size()),
                        "name it in the header line, or remove the column");
      }
      const auto [known, is_new] = numbers.emplace(cell.text, names_.size());
      if (!is_new) {
        throw DataError(reader.path(), reader.place_of(cell),
                        fmt::format("columns {} and {} are both called {}", known->second,
                                    names_.size(), in_quotes(cell.text)),
                        "give each column a name of its own");
      }
      names_.emplace_back(cell.text);
    }
  }

  void check_same_columns(const CsvReader& reader, bool header) const {
    const fs::path& first = table_.files.front().path;
    if (header != header_) {
      throw DataError(reader.path(), TextPlace{1, 1},
                      fmt::format("{} header line, unlike {}", header ? "a" : "no", first.string()),
                      "give both files the same columns");
    }
    for (std::size_t c = 0; header && c < std::min(names_.size(), reader.cells().size()); ++c) {
      const CsvCell& cell = reader.cells()[c];
      if (cell.text != names_[c]) {
        throw DataError(reader.path(), reader.place_of(cell),
                        fmt::format("column {} is {}, but {} in {}", c, in_quotes(cell.text),
                                    in_quotes(names_[c]), first.string()),
                        "give both files the same columns");
      }
    }
    check_length(reader);
  }

  void check_length(const CsvReader& reader) const {
    const std::size_t count = reader.cells().size();
    if (count != names_.size()) {
      throw DataError(reader.path(),
                      count > names_.size() ? reader.place_of(reader.cells()[names_.size()])
                                            : reader.end_of_record(),
                      fmt::format("a row of {} {}, but the table has {} columns", count,
                                  count == 1 ? "cell" : "cells", names_.size()),
                      "give each row one cell a column, and put a cell that holds a separator in "
                      "quotes");
    }
  }

  void add_row(const CsvReader& reader) {
    check_length(reader);
    if (table_.rows == std::numeric_limits<std::uint32_t>::max()) {
      throw DataError(reader.path(), reader.place_of(reader.cells()[0]), "row 4294967296",
                      "give fewer rows than that");
    }
    const std::vector<CsvCell>& cells = reader.cells();
    if (table_.rows >= kMaximumTableValues / cells.size()) {
      throw DataError(
          reader.path(), reader.place_of(cells[0]),
          fmt::format("the table has more than {} cells up to here", kMaximumTableValues),
          "give fewer rows, or leave columns out");
    }
    for (std::size_t c = 0; c < cells.size(); ++c) {
      columns_[c].add(cells[c], reader);
    }
    ++table_.rows;
  }

  const DatasetSource& source_;
  const std::vector<std::string>& as_text_;
  bool header_ = false;
  std::vector<std::string> names_;
  std::vector<ColumnReader> columns_;
  Table table_;
};

void read_all(TableReader& reader,
              Table& parts,
              const fs::path& path,
              const DatasetSource& source) {
  reader.read(path, "source");
  if (!source.validation_file.empty()) {
    parts.own_validation_rows =
        reader.read((source.base_folder / source.validation_file).lexically_normal(), "validation");
  }
  if (!source.test_file.empty()) {
    parts.own_test_rows =
        reader.read((source.base_folder / source.test_file).lexically_normal(), "test");
  }
}

// Rows that are trained on, or chosen by, would say nothing as a test.
void refuse_same_files(const std::vector<FileChecksum>& files) {
  for (auto later = files.begin(); later != files.end(); ++later) {
    for (auto file = files.begin(); file != later; ++file) {
      if (file->sha256 == later->sha256) {
        throw DataError(later->path.string(),
                        fmt::format("the {} file holds the same as the {} file {}", later->role,
                                    file->role, file->path.string()),
                        "give each part rows of its own");
      }
    }
  }
}

}  // namespace

Table read_csv_table(const fs::path& path, const DatasetSource& source) {
  Table parts;
  std::vector<std::string> as_text;
  TableReader first(source, as_text);
  read_all(first, parts, path, source);
  const std::vector<std::string> mixed = first.mixed_columns();
  Table table = first.take();
  if (!mixed.empty()) {
    const std::vector<FileChecksum> files = std::move(table.files);
    table = {};
    TableReader second(source, mixed);
    read_all(second, parts, path, source);
    table = second.take();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (table.files[i].sha256 != files[i].sha256) {
        throw DataError(files[i].path.string(), "the file changed while it was read",
                        "start again once it is complete");
      }
    }
  }
  refuse_same_files(table.files);
  table.own_validation_rows = parts.own_validation_rows;
  table.own_test_rows = parts.own_test_rows;
  return table;
}

}  // namespace hpsearch::nn
