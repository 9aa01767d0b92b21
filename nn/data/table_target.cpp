#include "nn/data/table_target.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 8;

// The different values in ascending order; one more than kMaximumClasses at most.
std::vector<double> different_numbers(const std::vector<double>& numbers) {
  std::vector<double> different;
  for (const double number : numbers) {
    const auto place = std::lower_bound(different.begin(), different.end(), number);
    if (place == different.end() || *place != number) {
      different.insert(place, number);
      if (different.size() > kMaximumClasses) {
        break;
      }
    }
  }
  return different;
}

bool are_few_whole_numbers(const std::vector<double>& different) {
  return different.size() <= kMaximumNumberClasses &&
         std::all_of(different.begin(), different.end(),
                     [](double number) { return number == std::floor(number); });
}

std::string list(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamesShown);
  std::vector<std::string> quoted;
  std::transform(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown),
                 std::back_inserter(quoted), [](const std::string& name) {
                   const std::string text = in_quotes(name);
                   return text.substr(1, text.size() - 2);
                 });
  return fmt::format("{}{}", fmt::join(quoted, ", "), names.size() > shown ? ", ..." : "");
}

void encode_text_classes(const TableColumn& column, Dataset& dataset) {
  std::vector<std::uint32_t> order(column.levels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return column.levels[a] < column.levels[b]; });
  std::vector<std::uint32_t> label(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    label[order[i]] = i;
    dataset.class_names.push_back(column.levels[order[i]]);
  }
  dataset.labels.resize(column.codes.size());
  std::transform(column.codes.begin(), column.codes.end(), dataset.labels.begin(),
                 [&](std::uint32_t code) { return label[code]; });
}

void encode_number_classes(const TableColumn& column,
                           const std::vector<double>& different,
                           Dataset& dataset) {
  for (const double number : different) {
    dataset.class_names.push_back(fmt::format("{}", number));
  }
  dataset.labels.resize(column.numbers.size());
  std::transform(
      column.numbers.begin(), column.numbers.end(), dataset.labels.begin(), [&](double number) {
        return static_cast<std::uint32_t>(
            std::lower_bound(different.begin(), different.end(), number) - different.begin());
      });
}

// Writes the numbers of one target among `dataset.outputs`.
std::string encode_numbers(const TableColumn& column, std::size_t output, Dataset& dataset) {
  if (column.first_beyond_float) {
    throw DataError(column.first_beyond_float->place,
                    fmt::format("the target {} in column {} is beyond 3.4e38",
                                in_quotes(column.first_beyond_float->text), in_quotes(column.name)),
                    "give the target in another unit");
  }
  dataset.targets.resize(column.numbers.size() * dataset.outputs);
  for (std::size_t row = 0; row < column.numbers.size(); ++row) {
    dataset.targets[row * dataset.outputs + output] = static_cast<float>(column.numbers[row]);
  }
  const auto [smallest, largest] =
      std::minmax_element(column.numbers.begin(), column.numbers.end());
  return fmt::format("target; numbers from {:.6g} to {:.6g}", *smallest, *largest);
}

void refuse_missing(const TableColumn& column) {
  if (column.missing > 0) {
    throw DataError(
        column.first_missing->place,
        fmt::format("the target {} has no value here{}", in_quotes(column.name),
                    column.missing > 1 ? fmt::format(" and in {} more row{}", column.missing - 1,
                                                     column.missing == 2 ? "" : "s")
                                       : ""),
        "fill it in, or remove the row");
  }
}

void refuse_one_value(const TableColumn& column,
                      std::size_t different,
                      std::size_t rows,
                      const std::string& subject) {
  if (different < 2) {
    throw DataError(subject,
                    rows == 1 ? "there is only one row"
                              : fmt::format("all {} rows have the same value of the target {}",
                                            rows, in_quotes(column.name)),
                    "give rows of at least two, or name another target");
  }
}

}  // namespace

std::string encode_target(const TableColumn& column,
                          std::optional<Task> task,
                          const std::string& subject,
                          Dataset& dataset) {
  const std::string name = in_quotes(column.name);
  dataset.target_name = column.name;
  refuse_missing(column);
  const bool text = column.is_text();
  if (text && task == Task::kRegression) {
    throw DataError(column.first_text->place,
                    fmt::format("the target {} in column {} is no number, but the task is "
                                "regression",
                                in_quotes(column.first_text->text), name),
                    "write `task: classification`, or name another target");
  }
  const std::vector<double> different =
      text ? std::vector<double>() : different_numbers(column.numbers);
  const std::size_t count = text ? column.levels.size() : different.size();
  refuse_one_value(column, count, dataset.rows, subject);
  const bool classes =
      text || (task ? *task != Task::kRegression : are_few_whole_numbers(different));
  if (!classes) {
    dataset.task = Task::kRegression;
    return encode_numbers(column, 0, dataset);
  }
  if (count > kMaximumClasses) {
    throw DataError(subject,
                    fmt::format("the target {} has more than {} different {}", name,
                                kMaximumClasses, text ? "texts" : "numbers"),
                    text ? "name the column of the classes as target"
                         : "name the column of the classes as target, or write `task: regression`");
  }
  if (task == Task::kBinary && count != 2) {
    throw DataError(
        subject,
        fmt::format("the task is binary, but the target {} has {} different values", name, count),
        "write `task: classification`, or name another target");
  }
  dataset.task = task.value_or(count == 2 ? Task::kBinary : Task::kClassification);
  dataset.classes = count;
  if (text) {
    encode_text_classes(column, dataset);
  } else {
    encode_number_classes(column, different, dataset);
  }
  if (!text && !task) {
    dataset.notes.push_back(fmt::format(
        "the target {} has {} different whole numbers, which are taken as classes; write `task: "
        "regression` under `dataset` to predict numbers",
        name, count));
  }
  return fmt::format("target; {} classes: {}", count, list(dataset.class_names));
}

std::vector<std::string> encode_targets(std::span<const TableColumn* const> columns,
                                        std::optional<Task> task,
                                        const std::string& subject,
                                        Dataset& dataset) {
  if (columns.size() == 1) {
    return {encode_target(*columns.front(), task, subject, dataset)};
  }
  if (task && *task != Task::kRegression) {
    throw DataError(subject,
                    fmt::format("{} targets are a regression, but the task is {}", columns.size(),
                                to_text(*task)),
                    "name one target, or write `task: regression`");
  }
  dataset.task = Task::kRegression;
  dataset.outputs = columns.size();
  dataset.target_name = columns.front()->name;
  std::vector<std::string> treatments;
  for (const TableColumn* column : columns) {
    refuse_missing(*column);
    if (column->is_text()) {
      throw DataError(column->first_text->place,
                      fmt::format("the target {} in column {} is no number, but several targets "
                                  "are a regression",
                                  in_quotes(column->first_text->text), in_quotes(column->name)),
                      "name one target, or targets that are numbers");
    }
    refuse_one_value(*column, different_numbers(column->numbers).size(), dataset.rows, subject);
    if (!treatments.empty()) {
      dataset.further_target_names.push_back(column->name);
    }
    treatments.push_back(encode_numbers(*column, treatments.size(), dataset));
  }
  return treatments;
}

}  // namespace hpsearch::nn
