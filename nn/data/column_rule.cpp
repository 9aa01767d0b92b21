#include "nn/data/column_rule.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/data/category_rule.h"
#include "nn/data/column_facts.h"
#include "nn/data/median.h"
#include "nn/data/number_findings.h"
#include "nn/data/yaml_name.h"

namespace hpsearch::nn {
namespace {

constexpr std::array kAllParts{DatePart::kYear,    DatePart::kMonth, DatePart::kWeekday,
                               DatePart::kYearDay, DatePart::kHour,  DatePart::kElapsed};

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string_view name_of(DatePart part) {
  switch (part) {
    case DatePart::kYear:
      return "year";
    case DatePart::kMonth:
      return "month";
    case DatePart::kWeekday:
      return "day of the week";
    case DatePart::kYearDay:
      return "day of the year";
    case DatePart::kHour:
      return "hour";
    case DatePart::kElapsed:
      break;
  }
  return "elapsed time";
}

std::string missing_text(std::size_t missing) {
  return missing == 0 ? ""
                      : fmt::format(
                            "; {} filled with the median of the training part, and marked "
                            "by one more feature",
                            plural(missing, "missing value"));
}

// The line that overrides what was decided.
std::string override_text(std::string_view kind, const std::string& name) {
  return fmt::format("`columns: {{{}: [{}]}}`", kind, yaml_name(name));
}

void decide_numbers(const Table& table,
                    std::size_t column,
                    std::span<const std::uint32_t> train,
                    bool wished,
                    CellFaults& faults,
                    ColumnRule& rule) {
  std::vector<double> values;  // (train), NaN where missing
  values.reserve(train.size());
  for (const std::uint32_t row : train) {
    values.push_back(number_of(table, column, row, rule, faults));
  }
  const auto is_there = [](double x) { return !std::isnan(x); };
  const auto first = std::find_if(values.begin(), values.end(), is_there);
  const std::size_t missing = static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [](double x) { return std::isnan(x); }));
  if (first == values.end()) {
    rule.kind = ColumnKind::kLeftOut;
    rule.treatment = "left out: no row has a value";
    return;
  }
  rule.kind = ColumnKind::kNumber;
  rule.indicator = missing > 0;
  rule.value =
      std::any_of(first, values.end(), [&](double x) { return !std::isnan(x) && x != *first; });
  if (!rule.value) {
    rule.kind = rule.indicator ? ColumnKind::kNumber : ColumnKind::kLeftOut;
    rule.treatment = rule.indicator
                         ? fmt::format("{} or missing ({}); one feature marks the missing ones",
                                       *first, plural(missing, "row"))
                         : fmt::format("left out: every row has {}", *first);
    return;
  }
  if (!wished) {
    if (const std::string id = id_finding(rule.name, train, values); !id.empty()) {
      rule.kind = ColumnKind::kLeftOut;
      rule.indicator = false;
      rule.value = false;
      rule.counts_rows = id.find("count the rows") != std::string::npos;
      rule.treatment =
          fmt::format("left out: {}; {} keeps it{}", id, override_text("numeric", rule.name),
                      rule.counts_rows ? ", since a row number can stand for time" : "");
      return;
    }
  }
  const std::string example =
      table.columns[column].cells.empty() ? "" : style_example(table, column, train, rule.style);
  rule.treatment =
      fmt::format("number{}{}", example.empty() ? "" : ", " + example, missing_text(missing));
  if (!example.empty()) {
    rule.notes.push_back(fmt::format("column {}: {}", in_quotes(rule.name), example));
  }
  if (std::string note = marker_finding(rule.name, values); !note.empty()) {
    rule.notes.push_back(std::move(note));
  }
  std::erase_if(values, [](double x) { return std::isnan(x); });
  rule.fill = {median(values)};
}

void decide_dates(const Table& table,
                  std::size_t column,
                  std::span<const std::uint32_t> train,
                  CellFaults& faults,
                  ColumnRule& rule) {
  std::array<std::vector<double>, kAllParts.size()> values;
  std::size_t missing = 0;
  bool dates = true;
  for (const std::uint32_t row : train) {
    if (const auto date = date_in_cell(table, column, row, rule.date_order, faults)) {
      dates = dates && date->has_date;
      for (std::size_t i = 0; i < kAllParts.size(); ++i) {
        values[i].push_back(date_part(*date, kAllParts[i]));
      }
    } else {
      ++missing;
    }
  }
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kAllParts.size(); ++i) {
    const auto [least, most] = std::minmax_element(values[i].begin(), values[i].end());
    if (least != values[i].end() && *least != *most) {
      rule.parts.push_back(kAllParts[i]);
      rule.fill.push_back(median(values[i]));
      names.push_back(name_of(kAllParts[i]));
    }
  }
  rule.indicator = missing > 0;
  rule.kind = ColumnKind::kDate;
  if (rule.parts.empty()) {
    rule.kind = ColumnKind::kLeftOut;
    rule.indicator = false;
    rule.treatment = missing == train.size() ? "left out: no row has a value"
                                             : "left out: every row has the same date";
    return;
  }
  rule.treatment =
      fmt::format("{}{}; {}: {}{}", dates ? "date" : "time of the day",
                  rule.date_order == DateOrder::kDayFirst     ? ", day first"
                  : rule.date_order == DateOrder::kMonthFirst ? ", month first"
                                                              : "",
                  plural(names.size(), "feature"), fmt::join(names, ", "), missing_text(missing));
  if (dates && !table.roles.order && !table.roles.group) {
    rule.notes.push_back(fmt::format(
        "column {} has dates; to judge forecasts, write `order: {}` under `dataset`: the last rows "
        "are then validated and tested on",
        in_quotes(rule.name), yaml_name(rule.name)));
  }
}

std::string wished_out(WishedKind wish) {
  switch (wish) {
    case WishedKind::kId:
      return "left out: an id by `columns`";
    case WishedKind::kText:
      return "left out: free text by `columns`";
    default:
      return "left out: dropped by `columns`";
  }
}

bool is_left_out(std::optional<WishedKind> wish) {
  return wish == WishedKind::kDrop || wish == WishedKind::kId || wish == WishedKind::kText;
}

bool is_date(std::optional<WishedKind> wish) {
  return wish == WishedKind::kDate || wish == WishedKind::kDayFirst ||
         wish == WishedKind::kMonthFirst;
}

}  // namespace

std::size_t ColumnRule::features() const {
  switch (kind) {
    case ColumnKind::kNumber:
      return static_cast<std::size_t>(value) + static_cast<std::size_t>(indicator);
    case ColumnKind::kDate:
      return parts.size() + static_cast<std::size_t>(indicator);
    case ColumnKind::kCategory:
      return two_levels ? 1 : levels.size() + static_cast<std::size_t>(other);
    case ColumnKind::kLeftOut:
      break;
  }
  return 0;
}

ColumnRule decide_column(const Table& table,
                         std::size_t column,
                         std::span<const std::uint32_t> train,
                         std::optional<WishedKind> wish,
                         DecimalCommas& commas,
                         CellFaults& faults) {
  ColumnRule rule{.name = table.columns[column].name};
  if (is_left_out(wish)) {
    rule.treatment = wished_out(*wish);
    return rule;
  }
  const bool wished = wish == WishedKind::kNumeric;
  if (table.columns[column].cells.empty()) {
    if (wish == WishedKind::kCategorical || is_date(wish)) {
      throw DataError(table.subject(),
                      fmt::format("column {} of an array holds numbers", in_quotes(rule.name)),
                      "save the table as CSV to have it read otherwise");
    }
    decide_numbers(table, column, train, wished, faults, rule);
    return rule;
  }
  const ColumnFacts facts = gather_facts(table, column, train);
  if (facts.values == 0 && facts.soft == 0) {
    rule.treatment = "left out: no row has a value";
    return rule;
  }
  if (wish != WishedKind::kCategorical && !is_date(wish)) {
    if (const auto style = choose_style(table, column, train, facts, wished, commas)) {
      rule.style = *style;
      decide_numbers(table, column, train, wished, faults, rule);
      return rule;
    }
  }
  if (wish != WishedKind::kCategorical) {
    if (const auto order = choose_date_order(table, column, train, facts, wish)) {
      rule.date_order = *order;
      decide_dates(table, column, train, faults, rule);
      return rule;
    }
  }
  decide_category(table, column, train, facts, wish == WishedKind::kCategorical, rule);
  return rule;
}

double number_of(const Table& table,
                 std::size_t column,
                 std::size_t row,
                 const ColumnRule& rule,
                 CellFaults& faults) {
  const TableColumn& from = table.columns[column];
  if (!from.cells.empty()) {
    return number_in_cell(table, column, row, rule.style, faults);
  }
  const double number = from.numbers[row];
  if (std::isinf(number)) {
    faults.add(row, column, "an infinite value", "write a number, or NaN if it is missing");
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (std::abs(number) > std::numeric_limits<float>::max()) {
    faults.add(row, column,
               fmt::format("{} in column {} is beyond 3.4e38", number, in_quotes(from.name)),
               "give the column in another unit, or drop it");
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto& missing = table.rules.missing;
  const bool listed =
      missing && std::any_of(missing->begin(), missing->end(),
                             [&](const auto& text) { return read_number(text, {}) == number; });
  return listed ? std::numeric_limits<double>::quiet_NaN() : number;
}

double date_part(const DateValue& date, DatePart part) {
  switch (part) {
    case DatePart::kYear:
      return date.year;
    case DatePart::kMonth:
      return date.month;
    case DatePart::kWeekday:
      return date.has_date ? date.weekday() : 0;
    case DatePart::kYearDay:
      return date.day_of_year();
    case DatePart::kHour:
      return std::floor(date.seconds / 3600.0);
    case DatePart::kElapsed:
      break;
  }
  return date.days();
}

}  // namespace hpsearch::nn
