#include "nn/data/column_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"
#include "nn/files/missing_words.h"

namespace hpsearch::nn {
namespace {

constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();
constexpr std::array kOrders{DateOrder::kYearFirst, DateOrder::kDayFirst, DateOrder::kMonthFirst};

std::string quoted(const TableCell& cell) {
  return in_quotes(cell.text());
}

bool is_soft(const TableCell& cell) {
  return is_missing_word(cell.text());
}

bool is_value(const TableCell& cell, const ReadingRules& rules) {
  return !is_missing(cell, rules) && !is_soft(cell);
}

bool most(std::size_t count, std::size_t values) {
  return count > 0 && count * 10 >= values * kMostOfTen;
}

// The unit of the column, and how many of its numbers each style reads.
struct UnitCounts {
  std::string unit;
  std::array<std::size_t, kStyles> counts{};
};

UnitCounts usual_unit(const ColumnFacts& facts) {
  UnitCounts best;
  std::size_t most_of_best = 0;
  const auto bare = facts.numbers.find("");
  for (const auto& [unit, counts] : facts.numbers) {
    UnitCounts candidate{unit, counts};
    if (is_currency(unit) && bare != facts.numbers.end()) {
      for (std::size_t i = 0; i < kStyles; ++i) {
        candidate.counts[i] += bare->second[i];
      }
    }
    const std::size_t largest = *std::max_element(candidate.counts.begin(), candidate.counts.end());
    if (largest > most_of_best) {
      most_of_best = largest;
      best = std::move(candidate);
    }
  }
  return best;
}

std::string date_text(const DateValue& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// Is it the currency of countries that write decimals with a point alone?
bool has_decimal_point(std::string_view unit) {
  constexpr std::array<std::string_view, 17> kUnits{"US$", "A$",  "C$",  "$",   "£",   "¥",
                                                    "₹",   "₩",   "฿",   "Rs",  "USD", "GBP",
                                                    "JPY", "CNY", "INR", "AUD", "CAD"};
  return std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end();
}

// 1.234 is plain, unless it is money or the table writes decimals with a comma.
void refuse_two_meanings_of_points(const Table& table,
                                   std::size_t column,
                                   std::span<const std::uint32_t> rows,
                                   const NumberStyle& plain,
                                   const NumberStyle& dots,
                                   DecimalCommas& commas) {
  const std::vector<TableCell>& cells = table.columns[column].cells;
  const auto differs = [&](std::uint32_t row) {
    const auto first = read_number(cells[row].text(), plain);
    const auto second = read_number(cells[row].text(), dots);
    return first && second && *first != *second;
  };
  const auto row = std::find_if(rows.begin(), rows.end(), differs);
  const bool money = is_currency(plain.unit);
  if (row == rows.end() || (!money && !commas.found())) {
    return;
  }
  throw DataError(
      table.place(*row, column),
      fmt::format("{} in column {} is {} if the point is a decimal point, or {} if it stands "
                  "between thousands{}",
                  quoted(cells[*row]), in_quotes(table.columns[column].name),
                  *read_number(cells[*row].text(), plain), *read_number(cells[*row].text(), dots),
                  money ? "" : ", and another column has decimal commas"),
      money ? "write `decimal: point` for the first or `decimal: comma` for the second under "
              "`dataset`"
            : "write `decimal: comma` under `dataset` for the second; for the first, write the "
              "column with decimal commas too");
}

bool has_year_of_four_digits(std::string_view text) {
  std::size_t digits = 0;
  return std::any_of(text.begin(), text.end(), [&](char c) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    return digits == 4;
  });
}

// 12-34-56: written like dates, yet hardly any is a day of the calendar.
bool are_codes(const Table& table,
               std::size_t column,
               std::span<const std::uint32_t> rows,
               const ColumnFacts& facts) {
  const std::size_t days = *std::max_element(facts.dates.begin(), facts.dates.end());
  const std::vector<TableCell>& cells = table.columns[column].cells;
  return days * 2 < facts.like_dates &&
         std::none_of(rows.begin(), rows.end(), [&](std::uint32_t row) {
           return has_year_of_four_digits(cells[row].text());
         });
}

}  // namespace

ColumnFacts gather_facts(const Table& table,
                         std::size_t column,
                         std::span<const std::uint32_t> rows) {
  ColumnFacts facts;
  const std::vector<TableCell>& cells = table.columns[column].cells;
  const TableCell* previous = nullptr;
  NumberCell number;
  for (const std::uint32_t row : rows) {
    const TableCell& cell = cells[row];
    if (is_missing(cell, table.rules)) {
      facts.first_missing = facts.first_missing.value_or(row);
      ++facts.missing;
      continue;
    }
    if (is_soft(cell)) {
      ++facts.soft;
      continue;
    }
    ++facts.values;
    if (previous == nullptr || previous->text() != cell.text()) {  // rows are often alike
      number = inspect_number(cell.text());
      previous = &cell;
    }
    if (number.readings != 0) {
      ++facts.any_number;
      std::array<std::size_t, kStyles>& counts = facts.numbers[number.unit];
      for (std::size_t i = 0; i < kStyles; ++i) {
        counts[i] += number.readings >> i & 1U;
      }
      continue;
    }
    bool alike = false;
    for (std::size_t i = 0; i < kOrders.size(); ++i) {
      const DateReading reading = read_date(cell.text(), kOrders[i]);
      alike = alike || reading.looks_like_a_date;
      facts.dates[i] += static_cast<std::size_t>(reading.value.has_value());
    }
    facts.like_dates += static_cast<std::size_t>(alike);
  }
  return facts;
}

bool DecimalCommas::found() {
  if (!found_) {
    constexpr Readings kPoints = 0x0F;
    const auto needs_a_comma = [](const TableCell& cell) {
      const Readings readings = inspect_number(cell.text()).readings;
      return readings != 0 && (readings & kPoints) == 0;
    };
    found_ =
        std::any_of(table_.columns.begin(), table_.columns.end(), [&](const TableColumn& column) {
          return !column.cells.empty() &&
                 std::any_of(rows_.begin(), rows_.end(),
                             [&](std::uint32_t row) { return needs_a_comma(column.cells[row]); });
        });
  }
  return *found_;
}

std::optional<NumberStyle> choose_style(const Table& table,
                                        std::size_t column,
                                        std::span<const std::uint32_t> rows,
                                        const ColumnFacts& facts,
                                        bool forced,
                                        DecimalCommas& commas) {
  const auto [unit, counts] = usual_unit(facts);
  const char decimal = table.rules.decimal;
  std::size_t best = 0;
  for (std::size_t i = 0; i < kStyles; ++i) {
    if (decimal == '\0' || number_style(i).point == decimal) {
      best = std::max(best, counts[i]);
    }
  }
  const bool by_any = decimal != '\0' && most(facts.any_number, facts.values);
  if (!forced && !most(best, facts.values) && !by_any) {
    return std::nullopt;
  }
  std::vector<NumberStyle> styles;
  for (std::size_t i = 0; i < kStyles; ++i) {
    NumberStyle style = number_style(i);
    if (counts[i] == best && (decimal == '\0' || style.point == decimal)) {
      style.unit = unit;
      styles.push_back(style);
    }
  }
  if (decimal == '\0' && has_decimal_point(unit) && styles.front().point == '.') {
    std::erase_if(styles, [](const NumberStyle& style) { return style.point == ','; });
  }
  if (styles.front().group == '\0' && styles.front().point == '.') {
    const NumberStyle dots{',', '.', styles.front().unit};
    if (std::find(styles.begin(), styles.end(), dots) != styles.end() && decimal == '\0') {
      refuse_two_meanings_of_points(table, column, rows, styles.front(), dots, commas);
    }
    return styles.front();
  }
  const std::vector<TableCell>& cells = table.columns[column].cells;
  for (const std::uint32_t row : rows) {
    if (!is_value(cells[row], table.rules)) {
      continue;
    }
    const auto first = read_number(cells[row].text(), styles.front());
    for (const NumberStyle& style : styles) {
      const auto other = read_number(cells[row].text(), style);
      if (first && other && *first != *other) {
        throw DataError(
            table.place(row, column),
            fmt::format("{} in column {} is {} if the comma stands between thousands, or {} if it "
                        "is a decimal comma",
                        quoted(cells[row]), in_quotes(table.columns[column].name), *first, *other),
            "write `decimal: point` for the first or `decimal: comma` for the second under "
            "`dataset`");
      }
    }
  }
  return styles.front();
}

std::optional<DateOrder> choose_date_order(const Table& table,
                                           std::size_t column,
                                           std::span<const std::uint32_t> rows,
                                           const ColumnFacts& facts,
                                           std::optional<WishedKind> wish) {
  const bool forced =
      wish == WishedKind::kDate || wish == WishedKind::kDayFirst || wish == WishedKind::kMonthFirst;
  if (!forced && (!most(facts.like_dates, facts.values) || are_codes(table, column, rows, facts))) {
    return std::nullopt;
  }
  if (wish == WishedKind::kDayFirst) {
    return DateOrder::kDayFirst;
  }
  if (wish == WishedKind::kMonthFirst) {
    return DateOrder::kMonthFirst;
  }
  const auto [year, day, month] = facts.dates;
  if (year >= std::max(day, month)) {
    return DateOrder::kYearFirst;
  }
  if (day != month) {
    return day > month ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
  }
  const std::vector<TableCell>& cells = table.columns[column].cells;
  for (const std::uint32_t row : rows) {
    const auto a = read_date(cells[row].text(), DateOrder::kDayFirst).value;
    const auto b = read_date(cells[row].text(), DateOrder::kMonthFirst).value;
    if (a && b && a->days() != b->days()) {
      const std::string name = table.columns[column].name;
      throw DataError(
          table.place(row, column),
          fmt::format("{} in column {} is {} if the day comes first, or {} if the month does, and "
                      "no row decides it",
                      quoted(cells[row]), in_quotes(name), date_text(*a), date_text(*b)),
          fmt::format(
              "write `columns: {{date: {{{0}: day_first}}}}` or `{{{0}: month_first}}` under "
              "`dataset`",
              name));
    }
  }
  return DateOrder::kDayFirst;
}

double number_in_cell(const Table& table,
                      std::size_t column,
                      std::size_t row,
                      const NumberStyle& style,
                      CellFaults& faults) {
  const TableCell& cell = table.columns[column].cells[row];
  const std::optional<double> number = read_number(cell.text(), style);
  // A number may be a missing value only where the sweep file lists it.
  if (number && !table.rules.missing && std::abs(*number) <= std::numeric_limits<float>::max()) {
    return *number;
  }
  if (is_missing(cell, table.rules) || is_soft(cell)) {
    return kMissingNumber;
  }
  const std::string where =
      fmt::format("{} in column {}", quoted(cell), in_quotes(table.columns[column].name));
  if (!number) {
    faults.add(
        row, column, where + " is not a number, unlike the other values of the column",
        style.is_plain()
            ? "write a number, an empty cell, or list the text under `missing` if it means a "
              "missing value"
            : fmt::format(
                  "write a number like the others (decimal {}{}{})",
                  style.point == ',' ? "comma" : "point",
                  style.group == '\0' ? "" : fmt::format(", '{}' between thousands", style.group),
                  style.unit.empty() ? "" : fmt::format(", in {}", style.unit)));
    return kMissingNumber;
  }
  if (std::isinf(*number)) {
    faults.add(row, column, where + " is not a finite number",
               "write a number, or an empty cell if the value is missing");
    return kMissingNumber;
  }
  if (std::abs(*number) > std::numeric_limits<float>::max()) {
    faults.add(row, column, where + " is beyond 3.4e38",
               "give the column in another unit, or drop it");
    return kMissingNumber;
  }
  return *number;
}

std::optional<DateValue> date_in_cell(
    const Table& table, std::size_t column, std::size_t row, DateOrder order, CellFaults& faults) {
  const TableCell& cell = table.columns[column].cells[row];
  if (is_missing(cell, table.rules) || is_soft(cell)) {
    return std::nullopt;
  }
  const DateReading reading = read_date(cell.text(), order);
  if (!reading.value) {
    const std::string_view how = order == DateOrder::kDayFirst     ? " with the day first"
                                 : order == DateOrder::kMonthFirst ? " with the month first"
                                                                   : "";
    faults.add(
        row, column,
        fmt::format("{} in column {} is not a {}{}", quoted(cell),
                    in_quotes(table.columns[column].name),
                    reading.looks_like_a_date ? "valid date"
                                              : "date, unlike the other values of the column",
                    how),
        "write a date like the others, or an empty cell if it is missing");
  }
  return reading.value;
}

std::string style_example(const Table& table,
                          std::size_t column,
                          std::span<const std::uint32_t> rows,
                          const NumberStyle& style) {
  const std::vector<TableCell>& cells = table.columns[column].cells;
  for (const std::uint32_t row : rows) {
    const std::string_view text = cells[row].text();
    if (is_value(cells[row], table.rules) && !read_number(text, {})) {
      if (const auto number = read_number(text, style)) {
        return fmt::format("{} is read as {}", in_quotes(text), *number);
      }
    }
  }
  return "";
}

}  // namespace hpsearch::nn
