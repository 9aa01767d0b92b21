#include "nn/data/record_splitter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/data/csv_places.h"
#include "nn/files/csv_reader.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::uint32_t kUnwanted = std::numeric_limits<std::uint32_t>::max();

// Puts the cells of records into the columns of a chunk.
class ChunkWriter {
 public:
  ChunkWriter(std::shared_ptr<const TableText> text,
              std::uint64_t lines,
              const RecordForm& form,
              TableChunk& chunk)
      : text_(std::move(text)),
        lines_(lines),
        lines_of_text_(count_lines(text_->text)),
        form_(form),
        chunk_(chunk) {
    // A line end takes a byte: no text has more rows.
    const std::size_t most = static_cast<std::size_t>(lines_of_text_) + 1;
    place_of_.resize(form.columns, kUnwanted);
    for (std::size_t i = 0; i < form.selected.size(); ++i) {
      chunk.table.columns[i].cells.resize(most);
      columns_.push_back(chunk.table.columns[i].cells.data());
      more_.push_back(place_of_[form.selected[i]]);
      place_of_[form.selected[i]] = static_cast<std::uint32_t>(i);
    }
  }

  // Cell `column` of the row that add_row() will add.
  void put(std::size_t column, const TableCell& cell) {
    // A column may be wanted twice, as a feature and as a key.
    for (std::uint32_t i = place_of_[column]; i != kUnwanted; i = more_[i]) {
      columns_[i][begins_.size()] = cell;
    }
  }

  // Ends the record of `cells` cells that begins at byte `begin`; those behind the first `filled`
  // are empty. Separators alone are no row.
  void add_row(std::size_t begin, std::size_t cells, std::size_t filled) {
    const std::size_t columns = form_.columns;
    if (cells > 1 && filled == 0) {
      return;
    }
    if (filled <= columns && cells >= form_.fewest) {
      for (std::size_t c = cells; c < columns; ++c) {
        put(c, {"", 0, false});
      }
      begins_.push_back(begin);
      return;
    }
    ++chunk_.bad_rows;
    if (chunk_.faults.size() == FaultList::kShown) {
      return;
    }
    CsvReader reader(text_->text, form_.separator, begin);
    reader.next();
    add_sentence(
        cells > columns ? reader.place_of(reader.cells()[columns]) : reader.end_of_record(),
        fmt::format("a row of {} {}, but the table has {} columns", cells,
                    cells == 1 ? "cell" : "cells", columns),
        "give each row one cell a column, and put a cell that holds a separator in quotes");
  }

  // The record that `reader` has read has a fault.
  void add_fault(const CsvReader& reader) {
    ++chunk_.bad_rows;
    if (chunk_.faults.size() < FaultList::kShown) {
      const CsvFault& fault = *reader.fault();
      add_sentence(reader.place_at(fault.offset), fault.fault, fault.remedy);
    }
  }

  std::uint64_t lines_of_text() const { return lines_of_text_; }

  void finish() {
    Table& table = chunk_.table;
    table.rows = begins_.size();
    for (TableColumn& column : table.columns) {
      column.cells.resize(table.rows);
    }
    table.texts.push_back(text_);
    table.places = [text = text_, lines = lines_, path = form_.path, separator = form_.separator,
                    selected = form_.selected,
                    begins = std::move(begins_)](const auto& rows_and_columns) {
      std::vector<std::string> places;
      for (const auto& [row, column] : rows_and_columns) {
        CsvReader reader(text->text, separator, begins[row]);
        reader.next();
        const std::size_t cell = selected[column];
        TextPlace place = cell < reader.cells().size() ? reader.place_of(reader.cells()[cell])
                                                       : reader.end_of_record();
        place.line += lines;
        places.push_back(to_text(path, place));
      }
      return places;
    };
  }

 private:
  void add_sentence(TextPlace place, std::string_view fault, std::string_view remedy) {
    place.line += lines_;
    chunk_.faults.push_back({begins_.size(), DataError(form_.path, place, fault, remedy).what()});
  }

  std::shared_ptr<const TableText> text_;
  std::uint64_t lines_;  // before the text
  std::uint64_t lines_of_text_;
  const RecordForm& form_;
  TableChunk& chunk_;
  std::vector<std::uint32_t> place_of_;  // of a column of the file: the first of its places
  std::vector<std::uint32_t> more_;      // of a place: the next of the same column
  std::vector<TableCell*> columns_;
  std::vector<std::size_t> begins_;  // of the rows, in the text
};

std::size_t split_by_reader(const std::string& text,
                            const RecordForm& form,
                            bool last,
                            ChunkWriter& writer,
                            TableChunk& chunk) {
  CsvReader reader(text, form.separator);
  std::size_t used = 0;
  while (reader.next()) {
    if (reader.record_end() == text.size() && !last) {
      break;
    }
    if (reader.fault()) {
      writer.add_fault(reader);
    } else {
      const std::vector<CsvCell>& cells = reader.cells();
      std::size_t filled = cells.size();
      while (filled > 0 && is_empty(cells[filled - 1])) {
        --filled;
      }
      for (std::size_t c = 0; c < std::min(cells.size(), form.columns); ++c) {
        writer.put(c, {cells[c].text.data(), static_cast<std::uint32_t>(cells[c].text.size()),
                       cells[c].quoted});
      }
      writer.add_row(reader.record_begin(), cells.size(), filled);
    }
    used = reader.record_end();
    used += std::string_view(text).substr(used, 2) == "\r\n" ? 2U : used < text.size() ? 1U : 0U;
  }
  chunk.table.unescaped.push_back(reader.take_unescaped());
  return used;
}

// Without quotes a cell ends at the next separator, whatever stands before it.
std::size_t split_plain(const std::string& text,
                        const RecordForm& form,
                        bool last,
                        ChunkWriter& writer) {
  std::array<bool, 256> ends{};
  ends[static_cast<unsigned char>(form.separator)] = true;
  ends['\n'] = true;
  ends['\r'] = true;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto is_end = [&](const char* p) { return ends[static_cast<unsigned char>(*p)]; };
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  const char* line = begin;
  while (line < end) {
    const char* at = line;
    while (at < end && *at == ' ') {
      ++at;
    }
    if (at == end || *at == '\n' || *at == '\r') {  // a blank line
      line = at == end ? end : at + 1;
      continue;
    }
    at = line;
    std::size_t cells = 0;
    std::size_t filled = 0;
    while (true) {
      const char* first = at;
      while (at < end && !is_end(at)) {
        ++at;
      }
      const char* behind = at;
      while (first < behind && is_blank(*first)) {
        ++first;
      }
      while (behind > first && is_blank(behind[-1])) {
        --behind;
      }
      filled = first == behind ? filled : cells + 1;
      if (cells < form.columns) {
        writer.put(cells, {first, static_cast<std::uint32_t>(behind - first), false});
      }
      ++cells;
      if (at == end || *at != form.separator) {
        break;
      }
      ++at;
    }
    if (at == end && !last) {
      break;
    }
    writer.add_row(static_cast<std::size_t>(line - begin), cells, filled);
    line = at == end ? end : at + (at + 1 < end && *at == '\r' && at[1] == '\n' ? 2 : 1);
  }
  return static_cast<std::size_t>(line - begin);
}

}  // namespace

std::uint64_t count_lines(std::string_view text) {
  auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  for (std::size_t at = text.find('\r'); at != std::string_view::npos;
       at = text.find('\r', at + 1)) {
    lines += static_cast<std::uint64_t>(at + 1 == text.size() || text[at + 1] != '\n');
  }
  return lines;
}

SplitText split_records(const std::shared_ptr<const TableText>& text,
                        std::uint64_t lines,
                        const RecordForm& form,
                        bool last,
                        TableChunk& chunk) {
  ChunkWriter writer(text, lines, form, chunk);
  const bool plain = form.separator != CsvReader::kBlanks &&
                     text->text.size() <= CsvReader::kMaximumRecordBytes &&
                     text->text.find('"') == std::string::npos;
  const std::size_t used = plain ? split_plain(text->text, form, last, writer)
                                 : split_by_reader(text->text, form, last, writer, chunk);
  writer.finish();
  const bool all = used == text->text.size();
  return {used,
          all ? writer.lines_of_text() : count_lines(std::string_view(text->text).substr(0, used))};
}

}  // namespace hpsearch::nn
