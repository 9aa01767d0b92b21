// Trials of a sweep that a person asks for by an expression, as a table.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace hpsearch::storage {

struct Selection {
  bool ranked_only = false;               // those of the leaderboard
  std::optional<std::string> where = {};  // an SQL expression over the columns
  std::optional<std::string> sort =
      {};  // a column; NULL comes last. Default: by rank, then by number
  bool descending = false;
};

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

// `rank` and the columns of the view "trials_<sweep>". Beside these, `where` and `sort` know the
// metric's name for `value` and `epoch` for `best_epoch`, where no column is called so.
struct TrialTable {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

// The expression cannot be used; the message is a part of a sentence.
class SelectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A name that is no column.
class UnknownColumn : public SelectionError {
 public:
  UnknownColumn(std::string unknown, std::vector<std::string> known)
      : SelectionError("unknown column '" + unknown + "'"),
        name(std::move(unknown)),
        columns(std::move(known)) {}
  std::string name;
  std::vector<std::string> columns;
};

// Why the text cannot be one expression between brackets, as far as its characters show; nothing
// where SQLite may judge it.
std::optional<std::string> why_no_expression(const std::string& text);

}  // namespace hpsearch::storage
