#include "storage/sql/columns.h"

#include <cmath>

#include <fmt/format.h>

namespace hpsearch::storage {

void refuse_column(const Column& column, const std::string& expected) {
  constexpr std::size_t kShown = 40;  // bytes: it may hold a book
  const std::string found = column.is_null()    ? "nothing"
                            : column.is_bytes() ? "bytes"
                                                : "'" + column.text().substr(0, kShown) + "'";
  throw DamagedRow(fmt::format("{} holds {}, not {}", column.name(), found, expected));
}

std::int64_t whole(const Column& column, std::int64_t low, std::int64_t high) {
  if (column.is_integer()) {
    const std::int64_t value = column.int64();
    if (value >= low && value <= high) {
      return value;
    }
  }
  refuse_column(column, fmt::format("a whole number from {} to {}", low, high));
}

int whole_int(const Column& column, int low, int high) {
  return static_cast<int>(whole(column, low, high));
}

std::optional<int> whole_int_or_null(const Column& column, int low, int high) {
  return column.is_null() ? std::nullopt : std::optional(whole_int(column, low, high));
}

double real(const Column& column) {
  if (column.is_real() || column.is_integer()) {
    const double value = column.number();
    if (std::isfinite(value)) {
      return value;
    }
  }
  refuse_column(column, "a finite number");
}

std::optional<double> real_or_null(const Column& column) {
  return column.is_null() ? std::nullopt : std::optional(real(column));
}

std::optional<std::string> text_or_null(const Column& column) {
  return column.is_null() ? std::nullopt : std::optional(column.text());
}

}  // namespace hpsearch::storage
