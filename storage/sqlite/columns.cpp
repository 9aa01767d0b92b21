#include "storage/sqlite/columns.h"

#include <cmath>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace hpsearch::storage {

void refuse_column(const SQLite::Column& column, const std::string& expected) {
  constexpr std::size_t kShown = 40;  // bytes: it may hold a book
  const std::string found = column.isNull()   ? "nothing"
                            : column.isBlob() ? "bytes"
                                              : "'" + column.getString().substr(0, kShown) + "'";
  throw DamagedRow(fmt::format("{} holds {}, not {}", column.getName(), found, expected));
}

std::int64_t whole(const SQLite::Column& column, std::int64_t low, std::int64_t high) {
  if (column.isInteger()) {
    const std::int64_t value = column.getInt64();
    if (value >= low && value <= high) {
      return value;
    }
  }
  refuse_column(column, fmt::format("a whole number from {} to {}", low, high));
}

int whole_int(const SQLite::Column& column, int low, int high) {
  return static_cast<int>(whole(column, low, high));
}

std::optional<int> whole_int_or_null(const SQLite::Column& column, int low, int high) {
  return column.isNull() ? std::nullopt : std::optional(whole_int(column, low, high));
}

double real(const SQLite::Column& column) {
  if (column.isFloat() || column.isInteger()) {
    const double value = column.getDouble();
    if (std::isfinite(value)) {
      return value;
    }
  }
  refuse_column(column, "a finite number");
}

std::optional<double> real_or_null(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(real(column));
}

std::optional<std::string> text_or_null(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getString());
}

}  // namespace hpsearch::storage
