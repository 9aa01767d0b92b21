#include "nn/data/csv_table.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_names.h"
#include "nn/data/csv_places.h"
#include "nn/files/csv_header.h"
#include "nn/files/csv_reader.h"
#include "nn/files/csv_separator.h"
#include "nn/files/data_error.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

// Reads all files into one table.
class TableReader {
 public:
  explicit TableReader(const DatasetSource& source) : source_(source) {
    table_.rules = source.rules;
  }

  // Adds the rows of a file. Returns how many there were. `role`: as in FileChecksum.
  std::size_t read(const fs::path& path, std::string_view role) {
    auto text = std::make_shared<TableText>(read_table_text(path, source_.rules.encoding));
    const std::string_view rows_text = std::string_view(text->text).substr(text->begin);
    const char separator = source_.rules.separator != '\0'     ? source_.rules.separator
                           : text->announced_separator != '\0' ? text->announced_separator
                                                               : find_separator(rows_text);
    CsvReader reader(text->text, separator, text->begin);
    if (!reader.next()) {
      throw DataError(path.string(), "the file is empty", "give a table with a header and rows");
    }
    path_ = path;
    const bool header = table_.columns.empty() ? begin(reader, *text, rows_text, separator)
                                               : repeats_header(reader);
    if (!parts_.empty()) {
      check_same_columns(reader, header);
    }
    const std::size_t before = table_.rows;
    parts_.push_back({text, separator, header, before});
    if (!header) {
      add_row(reader);
    }
    while (reader.next()) {
      add_row(reader);
    }
    if (table_.rows == before && faults_.empty()) {
      throw DataError(path, end_of_text(*text), "the table ends after its header line",
                      "add rows; if that line is a row, write `header: false` under `dataset`");
    }
    table_.files.push_back(text->checksum);
    table_.files.back().role = role;
    table_.texts.push_back(std::move(text));
    table_.unescaped.push_back(reader.take_unescaped());
    return table_.rows - before;
  }

  Table take() {
    faults_.throw_if_any();
    drop_empty_last_columns();
    std::vector<std::string> names;
    std::transform(table_.columns.begin(), table_.columns.end(), std::back_inserter(names),
                   [](const TableColumn& column) { return column.name; });
    table_.roles = find_roles(names, source_, parts_.front().text->path.string());
    table_.places = [parts = std::move(parts_)](const auto& rows_and_columns) {
      return find_places(parts, rows_and_columns);
    };
    return std::move(table_);
  }

 private:
  static TextPlace end_of_text(const TableText& text) {
    return place_in_text(text.text, text.text.size());
  }

  std::string file_name() const { return path_.filename().string(); }

  // The first record of the first file says what the columns are. Returns whether it is a header.
  bool begin(const CsvReader& reader,
             const TableText& text,
             std::string_view rows_text,
             char separator) {
    const std::vector<CsvCell>& cells = reader.cells();
    if (reader.fault()) {
      throw DataError(path_, reader.place_at(reader.fault()->offset), reader.fault()->fault,
                      reader.fault()->remedy);
    }
    if (cells.size() < 2) {
      throw DataError(path_, reader.place_of(cells[0]),
                      "the table has one column, but it needs a target and at least one feature",
                      "separate the cells of a row by commas, semicolons or tabs, or write "
                      "`separator` under `dataset`");
    }
    const FirstLine line = source_.rules.header
                               ? (*source_.rules.header ? FirstLine::kHeader : FirstLine::kRow)
                               : judge_first_line(rows_text, separator);
    header_ = line != FirstLine::kRow;
    note_form(reader, text, separator, line);
    if (header_) {
      take_names(reader, rows_text, separator);
    } else {
      for (std::size_t c = 0; c < cells.size(); ++c) {
        table_.columns.push_back({.name = std::to_string(c)});
      }
    }
    return header_;
  }

  void note_form(const CsvReader& reader, const TableText& text, char separator, FirstLine line) {
    const std::vector<CsvCell>& cells = reader.cells();
    if (!text.encoding.empty()) {
      table_.notes.push_back(fmt::format(
          "{} is read as {}{}", file_name(), text.encoding,
          source_.rules.encoding.empty() ? "; write its `encoding` if that is wrong" : ""));
    }
    if (line == FirstLine::kHeaderWithNumbers) {
      const auto number = std::find_if(cells.begin(), cells.end(), [](const CsvCell& cell) {
        return inspect_number(cell.text).readings != 0;
      });
      table_.notes.push_back(
          fmt::format("line {} of {} is read as its header, though {} is a number; write "
                      "`header: false` under `dataset` if it is a row",
                      reader.place_of(cells[0]).line, file_name(), in_quotes(number->text)));
    } else if (line == FirstLine::kHeaderOfPositions) {
      table_.notes.push_back(
          fmt::format("line {} of {} counts the columns from 0 and is read as its header; write "
                      "`header: false` under `dataset` if it is a row",
                      reader.place_of(cells[0]).line, file_name()));
    } else if (line == FirstLine::kRow && !source_.rules.header) {
      table_.notes.push_back(
          fmt::format("{} has no header line: its columns are called by their numbers, 0 to {}",
                      file_name(), cells.size() - 1));
    }
    if (separator != ',' && source_.rules.separator == '\0') {
      table_.notes.push_back(fmt::format("the cells of {} are separated by {}", file_name(),
                                         name_of_separator(separator)));
    }
  }

  void take_names(const CsvReader& reader, std::string_view rows_text, char separator) {
    for (const CsvCell& cell : reader.cells()) {
      raw_names_.emplace_back(cell.text);
    }
    ColumnNames columns =
        name_columns(reader.cells(), has_row_names(reader, rows_text, separator), file_name());
    for (std::string& name : columns.names) {
      table_.columns.push_back({.name = std::move(name)});
    }
    for (std::string& note : columns.notes) {
      table_.notes.push_back(std::move(note));
    }
    nameless_ = std::move(columns.nameless);
  }

  // Of a further file. Where the first one has no header, a header is a line of texts alone: a few
  // rows of classes cannot show it otherwise.
  bool repeats_header(const CsvReader& reader) const {
    const std::vector<CsvCell>& cells = reader.cells();
    const bool same =
        header_ && std::equal(cells.begin(), cells.end(), raw_names_.begin(), raw_names_.end(),
                              [](const auto& cell, const auto& name) { return cell.text == name; });
    const auto is_number = [](const CsvCell& cell) {
      return inspect_number(cell.text).readings != 0;
    };
    const bool texts = std::any_of(cells.begin(), cells.end(), [&](const CsvCell& cell) {
      return !is_number(cell) &&
             !is_missing(
                 {cell.text.data(), static_cast<std::uint32_t>(cell.text.size()), cell.quoted}, {});
    });
    return same || (texts && (header_ || std::none_of(cells.begin(), cells.end(), is_number)));
  }

  void check_same_columns(const CsvReader& reader, bool header) const {
    const fs::path& first = table_.files.front().path;
    if (header != header_) {
      throw DataError(path_, TextPlace{1, 1},
                      fmt::format("{} header line, unlike {}", header ? "a" : "no", first.string()),
                      "give both files the same columns");
    }
    for (std::size_t c = 0; header && c < std::min(raw_names_.size(), reader.cells().size()); ++c) {
      const CsvCell& cell = reader.cells()[c];
      if (cell.text != raw_names_[c]) {
        throw DataError(path_, reader.place_of(cell),
                        fmt::format("column {} is {}, but {} in {}", c, in_quotes(cell.text),
                                    in_quotes(raw_names_[c]), first.string()),
                        "give both files the same columns");
      }
    }
  }

  bool check_record(const CsvReader& reader) {
    if (reader.fault()) {
      const CsvFault& fault = *reader.fault();
      faults_.add(
          DataError(path_, reader.place_at(fault.offset), fault.fault, fault.remedy).what());
      return false;
    }
    const std::vector<CsvCell>& cells = reader.cells();
    const std::size_t columns = table_.columns.size();
    const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(std::min(cells.size(), columns));
    const bool trailing = std::all_of(begin, cells.end(), is_empty);
    // A header that ends with separators has names too many for rows that do not.
    if (trailing && cells.size() >= columns - nameless_at_end(nameless_, table_.columns.size())) {
      return true;
    }
    faults_.add(
        DataError(path_,
                  cells.size() > columns ? reader.place_of(cells[columns]) : reader.end_of_record(),
                  fmt::format("a row of {} {}, but the table has {} columns", cells.size(),
                              cells.size() == 1 ? "cell" : "cells", columns),
                  "give each row one cell a column, and put a cell that holds a separator "
                  "in quotes")
            .what());
    return false;
  }

  void add_row(const CsvReader& reader) {
    if (!reader.fault() && is_blank(reader.cells())) {
      ++blank_;
      return;
    }
    if (!check_record(reader)) {
      return;
    }
    const std::vector<CsvCell>& cells = reader.cells();
    if (table_.rows == std::numeric_limits<std::uint32_t>::max()) {
      throw DataError(path_, reader.place_of(cells[0]), "row 4294967296",
                      "give fewer rows than that");
    }
    if (table_.rows >= kMaximumTableValues / cells.size()) {
      throw DataError(
          path_, reader.place_of(cells[0]),
          fmt::format("the table has more than {} cells up to here", kMaximumTableValues),
          "give fewer rows, or leave columns out");
    }
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      table_.columns[c].cells.push_back(
          c < cells.size()
              ? TableCell{cells[c].text.data(), static_cast<std::uint32_t>(cells[c].text.size()),
                          cells[c].quoted}
              : TableCell{"", 0, false});
    }
    ++table_.rows;
  }

  // Takes away the columns that separators at the end of every line make.
  void drop_empty_last_columns() {
    const std::string file = parts_.front().text->path.filename().string();
    const auto is_dropped = [&] {
      const std::size_t last = table_.columns.size() - 1;
      const std::vector<TableCell>& cells = table_.columns.back().cells;
      return last > 1 && (!header_ || nameless_at_end(nameless_, table_.columns.size()) > 0) &&
             std::all_of(cells.begin(), cells.end(),
                         [](const TableCell& cell) { return cell.size == 0 && !cell.quoted; });
    };
    std::size_t dropped = 0;
    for (; is_dropped(); ++dropped) {
      table_.columns.pop_back();
      if (header_) {
        nameless_.pop_back();
      }
    }
    if (dropped > 0) {
      table_.notes.push_back(fmt::format(
          "each line of {} ends with a separator; the empty column{} behind it {} left out", file,
          dropped == 1 ? "" : "s", dropped == 1 ? "is" : "are"));
    }
    for (const std::size_t c : nameless_) {
      if (c > 0) {  // the first is usually an index
        table_.notes.push_back(fmt::format("column {} of {} has no name; it is called {}", c, file,
                                           in_quotes(table_.columns[c].name)));
      }
    }
    if (blank_ > 0) {
      table_.notes.push_back(fmt::format("{} line{} without any value {} left out", blank_,
                                         blank_ == 1 ? "" : "s", blank_ == 1 ? "is" : "are"));
    }
  }

  const DatasetSource& source_;
  fs::path path_;  // of the file that is being read
  bool header_ = false;
  std::vector<std::string> raw_names_;  // as the header has them
  std::vector<std::size_t> nameless_;   // columns whose header cell is empty
  std::size_t blank_ = 0;               // records without any value
  std::vector<FilePart> parts_;
  FaultList faults_;
  Table table_;
};

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
  TableReader reader(source);
  reader.read(path, "source");
  const auto further = [&](const std::string& file, std::string_view role) {
    return file.empty() ? std::size_t{0}
                        : reader.read((source.base_folder / file).lexically_normal(), role);
  };
  const std::size_t validation = further(source.validation_file, "validation");
  const std::size_t test = further(source.test_file, "test");
  Table table = reader.take();
  table.own_validation_rows = validation;
  table.own_test_rows = test;
  refuse_same_files(table.files);
  return table;
}

}  // namespace hpsearch::nn
