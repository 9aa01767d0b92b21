#include "runner/console/csv_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& path) : text_(text), path_(path) {
    if (text_.starts_with(kByteOrderMark)) {
      text_.remove_prefix(kByteOrderMark.size());
    }
    const std::string_view header = text_.substr(0, text_.find_first_of("\r\n"));
    for (const char c : {'\t', ';', ','}) {
      separator_ = header.find(c) != std::string_view::npos ? c : separator_;
    }
    ends_ = std::string("\r\n") + separator_;
  }

  std::vector<CsvRow> read() {
    std::vector<CsvRow> rows;
    while (!text_.empty()) {
      CsvRow row{line_, {}};
      do {
        row.cells.push_back(read_cell());
      } while (skip(separator_));
      end_line();
      if (row.cells.size() > 1 || !row.cells.front().empty()) {
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

 private:
  bool skip(char c) {
    if (!text_.starts_with(c)) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    while (skip(' ') || (separator_ != '\t' && skip('\t'))) {
    }
  }

  std::string read_cell() {
    skip_spaces();
    if (skip('"')) {
      return read_quoted();
    }
    const std::size_t end = std::min(text_.find_first_of(ends_), text_.size());
    std::string cell(text_.substr(0, end));
    text_.remove_prefix(end);
    cell.erase(cell.find_last_not_of(" \t") + 1);
    return cell;
  }

  std::string read_quoted() {
    const int begin = line_;
    std::string cell;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      // Two quotes in a row stand for one; a lone one ends the cell.
      if (c == '"' && !skip('"')) {
        skip_spaces();
        if (!text_.empty() && ends_.find(text_.front()) == std::string::npos) {
          fail(line_, "text after a closing quote; write a quote inside quotes twice");
        }
        return cell;
      }
      line_ += c == '\n' ? 1 : 0;
      cell += c;
    }
    fail(begin, "unclosed quote; add the closing one");
  }

  void end_line() {
    const bool carriage_return = skip('\r');
    if (skip('\n') || carriage_return) {
      ++line_;
    }
  }

  [[noreturn]] void fail(int line, const char* what) const {
    throw UsageError(fmt::format("{}:{}: {}", path_, line, what));
  }

  std::string_view text_;
  const std::string& path_;
  int line_ = 1;
  char separator_ = ',';
  std::string ends_;  // the characters that end a cell
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& path) {
  return CsvReader(text, path).read();
}

}  // namespace hpsearch::runner
