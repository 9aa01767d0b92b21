// A table of text as RFC 4180 describes it, read record by record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nn/files/data_error.h"
#include "nn/files/input_file.h"

namespace hpsearch::nn {

struct CsvCell {
  std::string_view text;   // without its quotes; without spaces around it where it has no quotes
  std::size_t offset = 0;  // of its first byte, within its record
};

// Reads UTF-8, with or without a byte order mark, plain or gzip; lines end with LF or CRLF. A cell
// in double quotes may hold separators, line ends, and quotes as "". Lines without any character
// but spaces are passed over. The separator is told by the first record: a tab if there is one;
// semicolons if there are more of them than commas, or if all that they separate are numbers;
// otherwise commas. Memory: one record and one buffer, whatever the file's size. Not thread-safe.
class CsvReader {
 public:
  // A record is at most as long as this.
  static constexpr std::size_t kMaximumRecordBytes = 10'000'000;

  // Throws DataError if the file cannot be opened (InputFile).
  explicit CsvReader(const std::filesystem::path& path);

  // Reads the next record; false at the end. Throws DataError with the place if it is longer than
  // the maximum, is not UTF-8, holds a NUL, a quote that is not closed or stands within a cell, or
  // a carriage return outside of quotes.
  bool next();

  // Of the last record; valid until next() is called again.
  const std::vector<CsvCell>& cells() const { return cells_; }
  TextPlace place_of(const CsvCell& cell) const { return place_at(cell.offset); }
  TextPlace end_of_record() const { return place_at(record_.size()); }

  // ',', ';' or '\t', once there was a record.
  char separator() const { return separator_; }

  const std::filesystem::path& path() const { return path_; }

  // Requires that next() has returned false.
  FileChecksum checksum() const { return file_.checksum(); }

 private:
  bool find_record();
  bool refill();
  void check_characters() const;
  void split();
  std::size_t take_quoted(std::size_t begin);
  std::size_t take_plain(std::size_t begin);
  TextPlace place_at(std::size_t offset) const;
  [[noreturn]] void fail_too_long() const;
  [[noreturn]] void fail(std::size_t offset, std::string_view fault, std::string_view remedy) const;

  std::filesystem::path path_;
  InputFile file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is not yet read, in buffer_
  std::size_t end_ = 0;
  bool at_end_of_file_ = false;
  std::string_view record_;  // without its line end
  std::uint64_t line_ = 1;   // of the record's first byte
  std::uint64_t next_line_ = 1;
  char separator_ = '\0';
  std::vector<CsvCell> cells_;
  std::string unescaped_;  // the cells of this record whose quotes were doubled
};

}  // namespace hpsearch::nn
