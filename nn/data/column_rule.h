// What a column of features becomes, decided from the rows to train on alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/data/date_style.h"
#include "nn/data/table.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {

class DecimalCommas;  // column_facts.h

enum class ColumnKind { kLeftOut, kNumber, kDate, kCategory };

// The numbers that a date becomes. A time of the day alone has hour and elapsed time.
enum class DatePart { kYear, kMonth, kWeekday, kYearDay, kHour, kElapsed };

// A column that is texts is judged as an id, or its numbers as a count of the rows, only with this
// many rows to train on.
inline constexpr std::size_t kFewestRowsOfAnId = 10;

// One column. Its features, in this order:
//   kNumber:   the value, where it varies; whether it is missing, where it ever was.
//   kDate:     each of `parts`; whether it is missing, where it ever was.
//   kCategory: two levels that never were missing: 0 or 1, and `unknown` for any other text and for
//              a missing one. Otherwise one for each level, and one for `other` where there is one.
struct ColumnRule {
  std::string name;
  ColumnKind kind = ColumnKind::kLeftOut;
  std::string treatment = {};           // for people
  std::vector<std::string> notes = {};  // likewise: what they should look at

  bool counts_rows = false;  // left out as a row number
  NumberStyle style = {};    // of numbers in cells
  bool value = false;        // of kNumber: is there a feature for the value?
  bool indicator = false;    // is there one for where it is missing?
  DateOrder date_order = DateOrder::kYearFirst;
  std::vector<DatePart> parts = {};
  std::vector<double> fill = {};  // medians of the value, or of each part
  std::vector<std::string> levels = {};
  bool two_levels = false;
  double unknown = 0.0;  // of two_levels
  bool other = false;

  std::size_t features() const;

  // How many of the features, the first ones, are numbers: not flags and levels.
  std::size_t numbers() const {
    return kind == ColumnKind::kNumber ? static_cast<std::size_t>(value)
           : kind == ColumnKind::kDate ? parts.size()
                                       : 0;
  }
};

// Decides by the rows `train` (ascending; at least one), and by `wish` where the sweep file has
// one. `commas` is of the same table and rows. Throws DataError for a column that fits two rules,
// and for cells that break the one it fits.
ColumnRule decide_column(const Table& table,
                         std::size_t column,
                         std::span<const std::uint32_t> train,
                         std::optional<WishedKind> wish,
                         DecimalCommas& commas,
                         CellFaults& faults);

// The numbers of a column of cells or of an array, by a rule of kNumber; NaN is a missing value.
double number_of(const Table& table,
                 std::size_t column,
                 std::size_t row,
                 const ColumnRule& rule,
                 CellFaults& faults);

double date_part(const DateValue& date, DatePart part);

}  // namespace hpsearch::nn
