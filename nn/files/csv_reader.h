// A table of text as RFC 4180 describes it, read record by record from memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/files/data_error.h"

namespace hpsearch::nn {

struct CsvCell {
  std::string_view text;   // without its quotes; without blanks around it where it has no quotes
  std::size_t offset = 0;  // of its first byte, within the whole text
  bool quoted = false;
};

// What is wrong with a record.
struct CsvFault {
  std::size_t offset = 0;  // within the whole text
  std::string_view fault;
  std::string_view remedy;
};

// Reads UTF-8 text. Lines end with LF, CRLF or CR. A cell in double quotes may hold separators,
// line ends, and quotes as ""; a quote inside a cell that does not begin with one is an ordinary
// character. Lines of nothing but spaces are passed over. Cells stay valid as long as the text and,
// for those with doubled quotes, the deque from take_unescaped(). Not thread-safe.
class CsvReader {
 public:
  // A record is at most this long.
  static constexpr std::size_t kMaximumRecordBytes = 10'000'000;

  // The separator of tables whose cells stand apart by runs of spaces and tabs.
  static constexpr char kBlanks = ' ';

  // Begins at byte `begin` of the text, which must be the beginning of a line.
  CsvReader(std::string_view text, char separator, std::size_t begin = 0);

  // Reads the next record; false at the end. A record with a fault() has the cells before it.
  bool next();

  // Of the last record.
  const std::vector<CsvCell>& cells() const { return cells_; }
  const std::optional<CsvFault>& fault() const { return fault_; }
  TextPlace place_of(const CsvCell& cell) const { return place_at(cell.offset); }
  TextPlace end_of_record() const { return place_at(record_end_); }

  // Of the last record within the text: its first byte, and its end without the line end. Where
  // that is the end of the text, more text might belong to the record.
  std::size_t record_begin() const { return record_begin_; }
  std::size_t record_end() const { return record_end_; }

  // `offset` lies within the last record or at its end.
  TextPlace place_at(std::size_t offset) const;

  // The cells whose quotes were doubled. Moving the deque leaves them where they are.
  std::deque<std::string> take_unescaped() { return std::move(unescaped_); }

 private:
  void read_record();
  void read_quoted();
  void read_plain();
  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
  bool is_separator(char c) const {
    return separator_ == kBlanks ? c == ' ' || c == '\t' : c == separator_;
  }
  void skip_blanks();

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;  // of what is not yet read
  std::size_t record_begin_ = 0;
  std::size_t record_end_ = 0;   // without its line end
  std::uint64_t line_ = 1;       // of the record's first byte
  std::uint64_t next_line_ = 1;  // of what is not yet read
  std::vector<CsvCell> cells_;
  std::optional<CsvFault> fault_;
  std::deque<std::string> unescaped_;
};

// The place of byte `offset` of a text whose first line is line 1.
TextPlace place_in_text(std::string_view text, std::size_t offset);

}  // namespace hpsearch::nn
