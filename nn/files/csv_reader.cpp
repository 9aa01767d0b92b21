#include "nn/files/csv_reader.h"

#include <algorithm>

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

// A CRLF is one line end.
std::uint64_t count_line_ends(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    count += static_cast<std::uint64_t>(
        text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')));
  }
  return count;
}

TextPlace place_after(std::uint64_t line, std::string_view before) {
  const std::size_t line_end = before.find_last_of("\r\n");
  const std::string_view rest =
      line_end == std::string_view::npos ? before : before.substr(line_end + 1);
  return {line + count_line_ends(before), count_code_points(rest) + 1};
}

}  // namespace

TextPlace place_in_text(std::string_view text, std::size_t offset) {
  return place_after(1, text.substr(0, offset));
}

CsvReader::CsvReader(std::string_view text, char separator, std::size_t begin)
    : text_(text),
      separator_(separator),
      at_(begin),
      next_line_(1 + count_line_ends(text.substr(0, begin))) {}

TextPlace CsvReader::place_at(std::size_t offset) const {
  return place_after(line_, text_.substr(record_begin_, offset - record_begin_));
}

bool CsvReader::next() {
  cells_.clear();
  fault_.reset();
  while (at_ < text_.size()) {
    record_begin_ = at_;
    line_ = next_line_;
    const std::size_t first = text_.find_first_not_of(' ', at_);
    if (first == std::string_view::npos) {
      at_ = text_.size();
      return false;
    }
    const bool blank = text_[first] == '\n' || text_[first] == '\r';
    if (blank) {
      at_ = first;
    } else {
      read_record();
    }
    record_end_ = at_;
    if (at_ < text_.size()) {
      at_ += text_.substr(at_, 2) == "\r\n" ? 2U : 1U;
    }
    next_line_ = line_ + count_line_ends(text_.substr(record_begin_, at_ - record_begin_));
    if (!blank) {
      return true;
    }
  }
  return false;
}

// Reads up to the record's line end, or to the end of the text where nothing can be read after a
// fault.
void CsvReader::read_record() {
  if (separator_ == kBlanks) {
    skip_blanks();
  }
  while (true) {
    const std::size_t begin = at_;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '"') {
      read_quoted();
    } else {
      at_ = begin;
      read_plain();
    }
    if (at_ - record_begin_ > kMaximumRecordBytes && (!fault_ || at_ < text_.size())) {
      fault_ = CsvFault{record_begin_, "this line is longer than 10 MB",
                        "end each row of the table with a line end (LF or CRLF)"};
      at_ = text_.size();
    }
    if (at_ >= text_.size() || at_line_end()) {
      return;
    }
    if (separator_ == kBlanks) {
      skip_blanks();
      if (at_ >= text_.size() || at_line_end()) {
        return;
      }
    } else {
      ++at_;
    }
  }
}

void CsvReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') &&
         (separator_ == kBlanks || text_[at_] != separator_)) {
    ++at_;
  }
}

void CsvReader::read_quoted() {
  const std::size_t begin = at_;
  std::size_t end = begin + 1;
  bool doubled = false;
  while (true) {
    end = text_.find('"', end);
    if (end == std::string_view::npos) {
      fault_ = CsvFault{begin, "this quote is not closed",
                        "close it, and write a quote within a cell as \"\""};
      at_ = text_.size();
      return;
    }
    if (end + 1 >= text_.size() || text_[end + 1] != '"') {
      break;
    }
    doubled = true;
    end += 2;
  }
  std::string_view cell = text_.substr(begin + 1, end - begin - 1);
  if (doubled) {
    std::string& plain = unescaped_.emplace_back();
    for (std::size_t i = 0; i < cell.size(); ++i) {
      plain += cell[i];
      i += static_cast<std::size_t>(cell[i] == '"');
    }
    cell = plain;
  }
  cells_.push_back({cell, begin, true});
  at_ = end + 1;
  if (separator_ != kBlanks) {
    skip_blanks();
  }
  if (at_ < text_.size() && !is_separator(text_[at_]) && !at_line_end()) {
    if (!fault_) {
      fault_ = CsvFault{at_, "text after a closing quote",
                        "put the whole cell in quotes, and write a quote within it as \"\""};
    }
    while (at_ < text_.size() && !is_separator(text_[at_]) && !at_line_end()) {
      ++at_;
    }
  }
}

void CsvReader::read_plain() {
  std::size_t first = at_;
  while (at_ < text_.size() && !is_separator(text_[at_]) && !at_line_end()) {
    ++at_;
  }
  std::size_t last = at_;
  const auto is_space = [&](std::size_t i) { return text_[i] == ' ' || text_[i] == '\t'; };
  while (first < last && is_space(first)) {
    ++first;
  }
  while (last > first && is_space(last - 1)) {
    --last;
  }
  cells_.push_back({text_.substr(first, last - first), first, false});
}

}  // namespace hpsearch::nn
