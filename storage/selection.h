// Selects trials of a sweep by an SQL expression, as a table.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "nn/base/value.h"

namespace hpsearch::storage {

struct Selection {
  bool ranked_only = false;               // only trials on the leaderboard
  std::optional<std::string> where = {};  // an SQL expression over the columns
  std::optional<std::string> sort =
      {};  // a column; NULL comes last. Empty: by rank, then by number
  bool descending = false;
};

using Cell = std::variant<nn::NullValue, std::int64_t, double, std::string>;

// `rank` and the columns of the view "trials_<sweep>". `where` and `sort` also accept the metric's
// name for `value`, and `epoch` for `best_epoch`, unless a column has that name.
struct TrialTable {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

// The expression is invalid. The message is a clause without a subject, such as "is empty".
class SelectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A name that is not a column.
class UnknownColumn : public SelectionError {
 public:
  UnknownColumn(std::string unknown, std::vector<std::string> known)
      : SelectionError("unknown column '" + unknown + "'"),
        name(std::move(unknown)),
        columns(std::move(known)) {}
  std::string name;
  std::vector<std::string> columns;
};

// Why the text cannot be a single expression in parentheses, judged by its characters; empty if
// SQLite may parse it. Keeps users from closing the parentheses and adding SQL of their own.
std::optional<std::string> why_no_expression(const std::string& text);

}  // namespace hpsearch::storage
