#include "nn/data/table_dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_facts.h"
#include "nn/data/table_target.h"
#include "nn/files/data_error.h"
#include "nn/files/missing_words.h"

namespace hpsearch::nn {
namespace {

void refuse_missing(const Table& table, std::size_t column, std::string_view role) {
  const TableColumn& from = table.columns[column];
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (from.cells.empty() ? std::isnan(from.numbers[row])
                           : is_missing(from.cells[row], table.rules)) {
      throw DataError(table.place(row, column),
                      fmt::format("the {} column {} has no value here", role, in_quotes(from.name)),
                      "fill it in, or remove the row");
    }
  }
}

std::string encode_groups(const Table& table, std::size_t column, Dataset& dataset) {
  refuse_missing(table, column, "group");
  const TableColumn& from = table.columns[column];
  std::unordered_map<std::string, std::uint32_t> groups;
  for (std::size_t row = 0; row < table.rows; ++row) {
    const auto number =
        from.cells.empty() ? from.numbers[row] : read_number(from.cells[row].text(), {});
    std::string key = number ? fmt::format("{}", *number) : std::string(from.cells[row].text());
    dataset.groups.push_back(
        groups.emplace(std::move(key), static_cast<std::uint32_t>(groups.size())).first->second);
  }
  return fmt::format("group; {} group{}, each in one part", groups.size(),
                     groups.size() == 1 ? "" : "s");
}

// The order column's numbers, or its dates as days.
std::vector<double> order_values(const Table& table, std::size_t column) {
  const TableColumn& from = table.columns[column];
  if (from.cells.empty()) {
    return from.numbers;
  }
  std::vector<std::uint32_t> rows(table.rows);
  std::iota(rows.begin(), rows.end(), 0U);
  const ColumnFacts facts = gather_facts(table, column, rows);
  std::vector<double> values;
  CellFaults faults(table);
  DecimalCommas commas(table, rows);
  if (const auto style = choose_style(table, column, rows, facts, false, commas)) {
    for (const std::uint32_t row : rows) {
      values.push_back(number_in_cell(table, column, row, *style, faults));
    }
  } else if (const auto order =
                 choose_date_order(table, column, rows, facts, find_wishes(table)[column])) {
    for (const std::uint32_t row : rows) {
      const auto date = date_in_cell(table, column, row, *order, faults);
      values.push_back(date ? date->days() : 0.0);
    }
  } else {
    const auto other = std::find_if(rows.begin(), rows.end(), [&](std::uint32_t row) {
      return !read_date(from.cells[row].text(), DateOrder::kYearFirst).value &&
             !read_date(from.cells[row].text(), DateOrder::kDayFirst).value;
    });
    const std::uint32_t row = other == rows.end() ? 0 : *other;
    throw DataError(
        table.place(row, column),
        fmt::format("{} in the order column {} is not a date such as 2024-12-31",
                    in_quotes(from.cells[row].text()), in_quotes(from.name)),
        "write dates as 2024-12-31, with a time behind it or without, or write numbers");
  }
  faults.throw_if_any();
  for (const std::uint32_t row : rows) {
    if (std::isnan(values[row])) {
      throw DataError(table.place(row, column),
                      fmt::format("the order column {} has no value here", in_quotes(from.name)),
                      "fill it in, or remove the row");
    }
  }
  return values;
}

std::string encode_order(const Table& table, std::size_t column, Dataset& dataset) {
  refuse_missing(table, column, "order");
  const TableColumn& from = table.columns[column];
  dataset.order = order_values(table, column);
  const auto [first, last] = std::minmax_element(dataset.order.begin(), dataset.order.end());
  if (*first == *last) {
    throw DataError(
        table.subject(),
        fmt::format("the order column {} has the same value in every row", in_quotes(from.name)),
        "name a column that varies, or leave `order` out");
  }
  const auto text = [&](auto it) {
    const auto row = static_cast<std::size_t>(it - dataset.order.begin());
    return from.cells.empty() ? fmt::format("{}", *it) : std::string(from.cells[row].text());
  };
  const std::string range = fmt::format("from {} to {}", text(first), text(last));
  dataset.notes.push_back(
      fmt::format("the rows are ordered by {}, {}; the last are validated and tested on",
                  in_quotes(from.name), range));
  return fmt::format("order; {}, the last rows are validated and tested on", range);
}

}  // namespace

Dataset dataset_of_table(Table table, const DatasetSource& source) {
  Dataset dataset;
  dataset.name = source.source;
  dataset.rows = table.rows;
  dataset.own_validation_rows = table.own_validation_rows;
  dataset.own_test_rows = table.own_test_rows;
  dataset.files = table.files;
  dataset.notes = table.notes;
  find_wishes(table);  // a name that no column has is better said at once
  for (const TableColumn& column : table.columns) {
    dataset.column_reports.push_back({column.name, ""});
  }
  const std::vector<std::string> treatments = encode_targets(table, source, dataset);
  const std::vector<std::size_t> targets = table.roles.targets();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    dataset.column_reports[targets[i]].treatment = treatments[i];
  }
  if (table.roles.group) {
    dataset.column_reports[*table.roles.group].treatment =
        encode_groups(table, *table.roles.group, dataset);
  }
  if (table.roles.order) {
    dataset.column_reports[*table.roles.order].treatment =
        encode_order(table, *table.roles.order, dataset);
  }
  dataset.table = std::make_shared<const Table>(std::move(table));
  return dataset;
}

}  // namespace hpsearch::nn
