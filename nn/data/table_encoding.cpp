#include "nn/data/table_encoding.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/iso_date.h"
#include "nn/base/utf8.h"
#include "nn/data/table_target.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 8;

// Which features a column becomes.
struct Features {
  bool number = false;                // its value
  bool indicator = false;             // whether its value is missing
  bool two_levels = false;            // 0 or 1
  std::vector<std::uint32_t> levels;  // one each, or those of two_levels; numbers of levels, sorted
  std::string treatment;

  std::size_t count() const {
    return static_cast<std::size_t>(number) + static_cast<std::size_t>(indicator) +
           (two_levels ? 1 : levels.size());
  }
};

std::string shown(std::string_view name) {
  const std::string quoted = in_quotes(name);
  return quoted.substr(1, quoted.size() - 2);
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

float as_float(double number) {
  const float value = static_cast<float>(number);
  return std::abs(value) < std::numeric_limits<float>::min() ? 0.0F : value;
}

Features plan_numbers(const TableColumn& column) {
  if (column.first_beyond_float) {
    throw DataError(column.first_beyond_float->place,
                    fmt::format("{} in column {} is beyond 3.4e38",
                                in_quotes(column.first_beyond_float->text), in_quotes(column.name)),
                    "give the column in another unit, or remove it");
  }
  Features features;
  const std::size_t present = column.numbers.size() - column.missing;
  if (present == 0) {
    features.treatment = "left out: no row has a value";
    return features;
  }
  const auto first = std::find_if(column.numbers.begin(), column.numbers.end(),
                                  [](double number) { return !std::isnan(number); });
  const float value = as_float(*first);
  const bool constant = std::all_of(first, column.numbers.end(), [&](double number) {
    return std::isnan(number) || as_float(number) == value;
  });
  features.number = !constant;
  features.indicator = column.missing > 0;
  if (constant && column.missing == 0) {
    features.treatment = fmt::format("left out: every row has {}", *first);
  } else if (constant) {
    features.treatment =
        fmt::format("{} wherever it is there; one feature says where it is missing ({})", *first,
                    plural(column.missing, "row"));
  } else if (column.missing > 0) {
    features.treatment = fmt::format(
        "number; {} become{} the training part's median, and one more feature says where",
        plural(column.missing, "missing value"), column.missing == 1 ? "s" : "");
  } else {
    features.treatment = "number";
  }
  return features;
}

Features plan_texts(const TableColumn& column) {
  Features features;
  if (column.too_many_levels) {
    features.treatment = fmt::format("left out: more than {} different texts", kMaximumLevels);
    return features;
  }
  if (column.levels.size() == 1 && column.missing == 0) {
    features.treatment = fmt::format("left out: every row has {}", in_quotes(column.levels[0]));
    return features;
  }
  features.levels.resize(column.levels.size());
  std::iota(features.levels.begin(), features.levels.end(), 0U);
  std::sort(features.levels.begin(), features.levels.end(),
            [&](std::uint32_t a, std::uint32_t b) { return column.levels[a] < column.levels[b]; });
  const auto level = [&](std::size_t i) { return shown(column.levels[features.levels[i]]); };
  features.two_levels = features.levels.size() == 2 && column.missing == 0;
  if (features.two_levels) {
    features.treatment = fmt::format("text; {} is 0, {} is 1", level(0), level(1));
    return features;
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(features.levels.size(), kNamesShown); ++i) {
    names.push_back(level(i));
  }
  features.treatment =
      fmt::format("text; {}: {}{}", plural(features.levels.size(), "feature"),
                  fmt::join(names, ", "), features.levels.size() > kNamesShown ? ", ..." : "");
  if (column.missing > 0) {
    features.treatment +=
        fmt::format("; {} {} none of them", plural(column.missing, "missing value"),
                    column.missing == 1 ? "has" : "have");
  }
  return features;
}

// Writes the features of one column; `out` is the first of them in row 0.
void write_features(const TableColumn& column,
                    const Features& features,
                    float* out,
                    std::size_t stride) {
  const std::size_t rows = column.is_text() ? column.codes.size() : column.numbers.size();
  std::vector<float> position(column.levels.size());  // of each level, among the features
  for (std::size_t i = 0; i < features.levels.size(); ++i) {
    position[features.levels[i]] = static_cast<float>(i);
  }
  for (std::size_t row = 0; row < rows; ++row, out += stride) {
    if (features.two_levels) {
      *out = position[column.codes[row]];
    } else if (!features.levels.empty()) {
      std::fill_n(out, features.levels.size(), 0.0F);
      if (column.codes[row] != kNoLevel) {
        out[static_cast<std::size_t>(position[column.codes[row]])] = 1.0F;
      }
    } else {
      float* next = out;
      if (features.number) {
        *next++ = as_float(column.numbers[row]);
      }
      if (features.indicator) {
        *next = std::isnan(column.numbers[row]) ? 1.0F : 0.0F;
      }
    }
  }
}

void refuse_missing(const TableColumn& column, std::string_view role) {
  if (column.missing > 0) {
    throw DataError(column.first_missing->place,
                    fmt::format("the {} column {} has no value here", role, in_quotes(column.name)),
                    "fill it in, or remove the row");
  }
}

std::string encode_groups(TableColumn& column, Dataset& dataset) {
  refuse_missing(column, "group");
  std::size_t count = column.levels.size();
  if (column.is_text()) {
    dataset.groups = std::move(column.codes);
  } else {
    std::unordered_map<double, std::uint32_t> numbers;
    for (const double number : column.numbers) {
      dataset.groups.push_back(
          numbers.emplace(number, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    count = numbers.size();
  }
  return fmt::format("group; {}, each in one part", plural(count, "group"));
}

std::string encode_order(TableColumn& column, Dataset& dataset) {
  refuse_missing(column, "order");
  std::string range;
  if (!column.is_text()) {
    const auto [first, last] = std::minmax_element(column.numbers.begin(), column.numbers.end());
    range = fmt::format("from {} to {}", *first, *last);
    dataset.order = std::move(column.numbers);
  } else if (column.first_other_date) {
    const bool date = iso_date_form(column.first_other_date->text).has_value();
    throw DataError(
        column.first_other_date->place,
        fmt::format(
            "{} in the order column {} {}", in_quotes(column.first_other_date->text),
            in_quotes(column.name),
            date ? "is not written like the dates above it" : "is no date such as 2024-12-31"),
        date ? "write all dates in one form"
             : "write dates as 2024-12-31, with a time behind it or without, or write numbers");
  } else {
    std::vector<std::uint32_t> sorted(column.levels.size());
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
      return column.levels[a] < column.levels[b];
    });
    std::vector<double> rank(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      rank[sorted[i]] = static_cast<double>(i);
    }
    dataset.order.resize(column.codes.size());
    std::transform(column.codes.begin(), column.codes.end(), dataset.order.begin(),
                   [&](std::uint32_t code) { return rank[code]; });
    range =
        fmt::format("from {} to {}", column.levels[sorted.front()], column.levels[sorted.back()]);
  }
  dataset.notes.push_back(
      fmt::format("the rows are ordered by {}, {}; the last are validated and tested on",
                  in_quotes(column.name), range));
  return fmt::format("order; {}, the last rows are validated and tested on", range);
}

// One note for all columns that are left out, since they are often many.
void note_left_out(Dataset& dataset) {
  std::vector<std::string> names;
  std::size_t count = 0;
  for (const ColumnReport& report : dataset.column_reports) {
    if (report.treatment.starts_with("left out")) {
      ++count;
      if (names.size() < kNamesShown) {
        names.push_back(fmt::format("{} ({})", in_quotes(report.name),
                                    report.treatment.substr(report.treatment.find(':') + 2)));
      }
    }
  }
  if (count > 0) {
    dataset.notes.push_back(fmt::format("{} left out: {}{}", plural(count, "column"),
                                        fmt::join(names, ", "),
                                        count > names.size() ? ", ..." : ""));
  }
}

}  // namespace

Dataset encode_table(Table table, const DatasetSource& source) {
  const std::string subject = table.files.front().path.string();
  Dataset dataset;
  dataset.name = source.source;
  dataset.rows = table.rows;
  dataset.own_validation_rows = table.own_validation_rows;
  dataset.own_test_rows = table.own_test_rows;
  dataset.files = std::move(table.files);
  dataset.notes = std::move(table.notes);

  const std::vector<std::size_t> targets = table.roles.targets();
  std::vector<const TableColumn*> target_columns;
  target_columns.reserve(targets.size());
  for (const std::size_t target : targets) {
    target_columns.push_back(&table.columns[target]);
  }
  std::vector<std::string> target_treatments;
  std::vector<Features> plans(table.columns.size());
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    TableColumn& column = table.columns[c];
    Features& plan = plans[c];
    if (const auto target = std::find(targets.begin(), targets.end(), c); target != targets.end()) {
      if (target_treatments.empty()) {
        target_treatments = encode_targets(target_columns, source.task, subject, dataset);
      }
      plan.treatment = target_treatments[static_cast<std::size_t>(target - targets.begin())];
    } else if (c == table.roles.group) {
      plan.treatment = encode_groups(column, dataset);
    } else if (c == table.roles.order) {
      plan.treatment = encode_order(column, dataset);
    } else {
      plan = column.is_text() ? plan_texts(column) : plan_numbers(column);
    }
    dataset.columns += plan.count();
    dataset.column_reports.push_back({column.name, plan.treatment});
  }
  if (dataset.columns == 0) {
    throw DataError(subject, "no column is left to learn from",
                    "give at least one column of numbers or of few texts");
  }
  note_left_out(dataset);
  if (dataset.rows > kMaximumTableValues / dataset.columns) {
    throw DataError(subject,
                    fmt::format("{} rows of {} features are more than the limit of {} (16 GiB)",
                                dataset.rows, dataset.columns, kMaximumTableValues),
                    "give fewer rows, or leave columns out");
  }
  dataset.real_features.resize(dataset.rows * dataset.columns);
  float* out = dataset.real_features.data();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (plans[c].count() > 0) {
      write_features(table.columns[c], plans[c], out, dataset.columns);
      out += plans[c].count();
    }
    table.columns[c] = {};  // two copies of all data are enough
  }
  return dataset;
}

}  // namespace hpsearch::nn
