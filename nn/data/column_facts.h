// What the cells of a column look like, and the one rule by which they are read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "nn/data/date_style.h"
#include "nn/data/table.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {

inline constexpr std::size_t kDateOrders = 3;

// Counts over some rows of a column of cells.
struct ColumnFacts {
  std::size_t missing = 0;
  std::size_t soft = 0;    // words such as NA that are no missing value by the rules: among numbers
                           // and dates they are one nevertheless
  std::size_t values = 0;  // the other cells
  std::optional<std::uint32_t> first_missing;                       // row
  std::map<std::string, std::array<std::size_t, kStyles>> numbers;  // of each unit, by style
  std::size_t any_number = 0;                                       // by whichever style and unit
  std::array<std::size_t, kDateOrders> dates{};                     // by DateOrder
  std::size_t like_dates = 0;                                       // impossible ones too
};

ColumnFacts gather_facts(const Table& table,
                         std::size_t column,
                         std::span<const std::uint32_t> rows);

// A column is one of numbers, or of dates, if this many of 10 values are. The others are faults.
inline constexpr std::size_t kMostOfTen = 9;

// Has some column, in these rows, numbers that only a decimal comma explains? Looks at all cells of
// the table when it is asked first, and then knows. Both arguments must outlive it.
class DecimalCommas {
 public:
  DecimalCommas(const Table& table, std::span<const std::uint32_t> rows)
      : table_(table), rows_(rows) {}
  bool found();

 private:
  const Table& table_;
  std::span<const std::uint32_t> rows_;
  std::optional<bool> found_;
};

// The style that most numbers of the column have; nothing if it is no column of numbers. `forced`:
// the sweep file says that it is one. `commas` is of the same table and rows. Throws DataError
// where two styles fit that give different numbers, naming both.
std::optional<NumberStyle> choose_style(const Table& table,
                                        std::size_t column,
                                        std::span<const std::uint32_t> rows,
                                        const ColumnFacts& facts,
                                        bool forced,
                                        DecimalCommas& commas);

// The order of day, month and year that most dates of the column have; nothing if it is no column
// of dates. `wish`: of the sweep file, one of the date kinds if any. Throws DataError where the day
// and the month cannot be told apart, naming both readings.
std::optional<DateOrder> choose_date_order(const Table& table,
                                           std::size_t column,
                                           std::span<const std::uint32_t> rows,
                                           const ColumnFacts& facts,
                                           std::optional<WishedKind> wish);

// The cell as a number by `style`; NaN for a missing value. A cell that breaks the style, or that
// no 32-bit float could hold, is a fault and NaN.
double number_in_cell(const Table& table,
                      std::size_t column,
                      std::size_t row,
                      const NumberStyle& style,
                      CellFaults& faults);

// The cell as a date; nothing for a missing value, and for a fault.
std::optional<DateValue> date_in_cell(
    const Table& table, std::size_t column, std::size_t row, DateOrder order, CellFaults& faults);

// "'1.234,5' is read as 1234.5": of the first cell whose style is not plain; empty if all are.
std::string style_example(const Table& table,
                          std::size_t column,
                          std::span<const std::uint32_t> rows,
                          const NumberStyle& style);

}  // namespace hpsearch::nn
