#include "nn/files/csv_reader.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/cell_value.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::string_view kSaveAsUtf8 = "save the table as UTF-8";

// How often each separator stands outside of quotes.
struct SeparatorCounts {
  std::size_t commas = 0;
  std::size_t semicolons = 0;
  std::size_t tabs = 0;
};

SeparatorCounts count_separators(std::string_view record) {
  SeparatorCounts counts;
  bool quoted = false;
  for (const char c : record) {
    quoted = quoted != (c == '"');
    counts.commas += static_cast<std::size_t>(!quoted && c == ',');
    counts.semicolons += static_cast<std::size_t>(!quoted && c == ';');
    counts.tabs += static_cast<std::size_t>(!quoted && c == '\t');
  }
  return counts;
}

// True if the semicolons of a record separate numbers only, be it with decimal commas.
bool semicolons_separate_numbers(std::string_view record) {
  while (true) {
    const std::size_t end = std::min(record.find(';'), record.size());
    const CellValue::Kind kind = read_cell(record.substr(0, end)).kind;
    if (kind != CellValue::Kind::kNumber && kind != CellValue::Kind::kDecimalComma) {
      return false;
    }
    if (end == record.size()) {
      return true;
    }
    record.remove_prefix(end + 1);
  }
}

char find_separator(std::string_view record) {
  const SeparatorCounts counts = count_separators(record);
  if (counts.tabs > 0) {
    return '\t';
  }
  if (counts.semicolons > 0 &&
      (counts.semicolons > counts.commas || semicolons_separate_numbers(record))) {
    return ';';
  }
  return ',';
}

std::size_t find_from(std::string_view text, char c, std::size_t begin, std::size_t end) {
  const void* found = std::memchr(text.data() + begin, c, end - begin);
  return found == nullptr ? end
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& path) : path_(path), file_(path) {
  while (end_ < kByteOrderMark.size() && refill()) {
  }
  if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) {
    begin_ = kByteOrderMark.size();
  }
}

bool CsvReader::next() {
  do {
    if (!find_record()) {
      return false;
    }
  } while (record_.find_first_not_of(' ') == std::string_view::npos);
  check_characters();
  split();
  return true;
}

// Finds where the record ends that begins at begin_: at the first line end outside of quotes. What
// stands between the quotes is looked at later.
bool CsvReader::find_record() {
  line_ = next_line_;
  std::size_t at = begin_;
  std::size_t line_end = begin_;  // the first at or after `at`, or end_; looked for when passed
  bool quoted = false;
  bool known = false;
  while (true) {
    const std::string_view all(buffer_.data(), end_);
    while (at < end_) {
      if (quoted) {
        at = find_from(all, '"', at, end_);
        if (at < end_) {
          quoted = false;
          ++at;
        }
        continue;
      }
      if (!known || line_end < at) {
        line_end = find_from(all, '\n', at, end_);
        known = true;
      }
      const std::size_t quote = find_from(all, '"', at, line_end);
      if (quote < line_end) {
        quoted = true;
        at = quote + 1;
      } else if (line_end < end_) {
        record_ = all.substr(begin_, line_end - begin_);
        begin_ = line_end + 1;
        if (record_.ends_with('\r')) {
          record_.remove_suffix(1);
        }
        if (record_.size() > kMaximumRecordBytes) {
          fail_too_long();
        }
        next_line_ = line_ + 1 +
                     static_cast<std::uint64_t>(std::count(record_.begin(), record_.end(), '\n'));
        return true;
      } else {
        at = end_;
      }
    }
    if (end_ - begin_ > kMaximumRecordBytes) {
      record_ = all.substr(begin_, end_ - begin_);
      if (quoted) {
        split();  // finds the quote that is not closed
      }
      fail_too_long();
    }
    const std::size_t moved = begin_;
    if (!refill()) {
      record_ = std::string_view(buffer_.data() + begin_, end_ - begin_);
      begin_ = end_;
      return !record_.empty();
    }
    at -= moved;
    known = false;
  }
}

// Moves what is not yet read to the front of the buffer and reads more behind it. Returns false at
// the end of the file.
bool CsvReader::refill() {
  if (at_end_of_file_) {
    return false;
  }
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  // A long record doubles the buffer, so that it is not copied once for each piece of it.
  const std::size_t wanted = std::max(kPieceBytes, end_);
  buffer_.resize(std::max(buffer_.size(), end_ + wanted));
  const std::size_t got =
      file_.read({reinterpret_cast<std::uint8_t*>(buffer_.data() + end_), wanted});
  end_ += got;
  at_end_of_file_ = got < wanted;
  return got > 0;
}

void CsvReader::check_characters() const {
  unsigned char all = 0;
  for (const char c : record_) {
    all |= static_cast<unsigned char>(c);
  }
  if (const std::size_t nul = record_.find('\0'); nul != std::string_view::npos) {
    fail(nul, "a NUL byte", kSaveAsUtf8);
  }
  if (all < 0x80) {
    return;
  }
  for (std::size_t i = 0; i < record_.size();) {
    const CodePoint c = code_point_at(record_, i);
    if (!c.valid) {
      fail(i, fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned>(c.value)),
           kSaveAsUtf8);
    }
    i += c.size;
  }
}

void CsvReader::split() {
  if (separator_ == '\0') {
    separator_ = find_separator(record_);
  }
  cells_.clear();
  unescaped_.clear();
  unescaped_.reserve(record_.size());  // so that the cells in it stay where they are
  std::size_t at = 0;
  while (true) {
    at = at < record_.size() && record_[at] == '"' ? take_quoted(at) : take_plain(at);
    if (at >= record_.size()) {
      return;
    }
    ++at;  // the separator
  }
}

// Returns where the cell ends: at a separator or at the end of the record.
std::size_t CsvReader::take_quoted(std::size_t begin) {
  std::size_t end = begin + 1;
  bool doubled = false;
  while (true) {
    end = record_.find('"', end);
    if (end == std::string_view::npos) {
      fail(begin, "this quote is not closed", "close it, and write a quote within a cell as \"\"");
    }
    if (end + 1 >= record_.size() || record_[end + 1] != '"') {
      break;
    }
    doubled = true;
    end += 2;
  }
  std::string_view text = record_.substr(begin + 1, end - begin - 1);
  if (doubled) {
    const std::size_t start = unescaped_.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
      unescaped_ += text[i];
      i += static_cast<std::size_t>(text[i] == '"');
    }
    text = std::string_view(unescaped_).substr(start);
  }
  if (end + 1 < record_.size() && record_[end + 1] != separator_) {
    fail(end + 1, "text after a closing quote",
         "put the whole cell in quotes, and write a quote within it as \"\"");
  }
  cells_.push_back({text, begin});
  return end + 1;
}

std::size_t CsvReader::take_plain(std::size_t begin) {
  std::size_t end = begin;
  for (; end < record_.size() && record_[end] != separator_; ++end) {
    if (record_[end] == '"') {
      fail(end, "a quote within a cell that does not begin with one",
           "put the whole cell in quotes, and write a quote within it as \"\"");
    }
    if (record_[end] == '\r') {
      fail(end, "a carriage return within a line",
           "end each line with LF or CRLF, or put the whole cell in quotes");
    }
  }
  const auto is_space = [&](std::size_t i) { return record_[i] == ' ' || record_[i] == '\t'; };
  std::size_t first = begin;
  std::size_t last = end;
  while (first < last && is_space(first)) {
    ++first;
  }
  while (last > first && is_space(last - 1)) {
    --last;
  }
  cells_.push_back({record_.substr(first, last - first), first});
  return end;
}

TextPlace CsvReader::place_at(std::size_t offset) const {
  const std::string_view before = record_.substr(0, offset);
  const std::size_t line_end = before.rfind('\n');
  const std::string_view line =
      line_end == std::string_view::npos ? before : before.substr(line_end + 1);
  return {line_ + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')),
          count_code_points(line) + 1};
}

void CsvReader::fail_too_long() const {
  fail(0, "this line is longer than 10 MB",
       "end each row of the table with a line end (LF or CRLF)");
}

void CsvReader::fail(std::size_t offset, std::string_view fault, std::string_view remedy) const {
  throw DataError(path_, place_at(offset), fault, remedy);
}

}  // namespace hpsearch::nn
