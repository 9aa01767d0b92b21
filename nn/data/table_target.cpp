#include "nn/data/table_target.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/data/category_rule.h"
#include "nn/data/column_facts.h"
#include "nn/data/column_rule.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 8;

std::vector<std::uint32_t> first_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

// Neither the order of the classes nor the name of one in `judged` depends on how often other rows
// spell it in which way.
std::vector<Level> in_order_of_keys(std::vector<Level> levels, const std::vector<Level>& judged) {
  std::sort(levels.begin(), levels.end(),
            [](const Level& a, const Level& b) { return a.key < b.key; });
  for (const Level& level : judged) {
    std::lower_bound(levels.begin(), levels.end(), level.key, [](const Level& a, const auto& key) {
      return a.key < key;
    })->name = level.name;
  }
  return levels;
}

// One target column on its way into a data set.
class Target {
 public:
  Target(const Table& table, std::size_t column, const DatasetSource& source, Dataset& dataset)
      : table_(table),
        column_(column),
        source_(source),
        dataset_(dataset),
        name_(in_quotes(table.columns[column].name)),
        all_(first_rows(table.rows)),
        judged_(first_rows(table.rows - table.own_validation_rows - table.own_test_rows)) {
    read();
  }

  // The only target.
  std::string encode() {
    dataset_.target_name = table_.columns[column_].name;
    const bool text = !is_numeric_;
    if (text && wants_numbers()) {
      refuse_text(source_.task ? "the task is regression"
                               : fmt::format("the metric {} is for numbers", source_.metric),
                  source_.task ? "write `task: classification`, or name another target"
                               : "write another metric, or name another target");
    }
    if (text) {
      return encode_texts();
    }
    count_numbers();
    refuse_one_value(different_.size());
    if (wants_numbers() || (!wants_classes() && !look_like_classes())) {
      dataset_.task = Task::kRegression;
      note_numbers();
      return encode_numbers(0);
    }
    return encode_number_classes();
  }

  // One of several.
  std::string encode(std::size_t output) {
    if (!is_numeric_) {
      refuse_text("several targets are a regression",
                  "name one target, or targets that are numbers");
    }
    count_numbers();
    refuse_one_value(different_.size());
    return encode_numbers(output);
  }

 private:
  bool wants_numbers() const {
    return source_.task ? *source_.task == Task::kRegression
                        : source_.metric_wants_classes == false;
  }
  bool wants_classes() const {
    return source_.task ? *source_.task != Task::kRegression : source_.metric_wants_classes == true;
  }

  // For the end of a message about a target that cannot be one.
  std::string guess() const {
    return source_.target || source_.source.empty()
               ? ""
               : ". The last column was only a guess because no target is named; name one with "
                 "--target NAME, or with `target: NAME` in the sweep file";
  }

  [[noreturn]] void refuse(std::string_view fault, std::string_view remedy) const {
    throw DataError(table_.subject(), fault, std::string(remedy) + guess());
  }

  void read() {
    const TableColumn& column = table_.columns[column_];
    if (column.cells.empty()) {
      is_numeric_ = true;
      numbers_ = column.numbers;
      refuse_missing([&](std::uint32_t row) { return std::isnan(numbers_[row]); });
      check_numbers();
      return;
    }
    const ColumnFacts facts = gather_facts(table_, column_, judged_);
    refuse_missing([&](std::uint32_t row) { return is_missing(column.cells[row], table_.rules); });
    const bool some_texts = facts.any_number < facts.values;
    if (wants_classes() && some_texts) {
      return;
    }
    DecimalCommas commas(table_, judged_);
    const std::optional<NumberStyle> style =
        choose_style(table_, column_, judged_, facts, false, commas);
    is_numeric_ = style.has_value();
    if (!is_numeric_) {
      return;
    }
    const std::string example = style_example(table_, column_, judged_, *style);
    if (!example.empty()) {
      dataset_.notes.push_back(fmt::format("the target {}: {}", name_, example));
    }
    style_ = *style;
    CellFaults faults(table_);
    for (const std::uint32_t row : all_) {
      numbers_.push_back(number_in_cell(table_, column_, row, *style, faults));
    }
    faults.throw_if_any();
    refuse_missing([&](std::uint32_t row) { return std::isnan(numbers_[row]); });
  }

  void check_numbers() const {
    CellFaults faults(table_);
    const ColumnRule rule;
    for (const std::uint32_t row : all_) {
      number_of(table_, column_, row, rule, faults);
    }
    faults.throw_if_any();
  }

  template <class IsMissing>
  void refuse_missing(const IsMissing& missing) const {
    const auto first = std::find_if(all_.begin(), all_.end(), missing);
    if (first == all_.end()) {
      return;
    }
    const auto more = std::count_if(first + 1, all_.end(), missing);
    const std::vector<TableCell>& cells = table_.columns[column_].cells;
    const std::string_view text = cells.empty() ? "" : cells[*first].text();
    const std::string further =
        more > 0 ? fmt::format(" and in {} more row{}", more, more == 1 ? "" : "s") : "";
    if (text.find_first_not_of(' ') == std::string_view::npos) {
      throw DataError(table_.place(*first, column_),
                      fmt::format("the target {} has no value here{}", name_, further),
                      "fill it in, or remove the row" + guess());
    }
    throw DataError(
        table_.place(*first, column_),
        fmt::format("{} counts as a missing value of the target {}, here{}", in_quotes(text), name_,
                    further),
        "if it is a class, put it in quotes or write `missing: []` under `dataset`; else fill it "
        "in, or remove the row" +
            guess());
  }

  [[noreturn]] void refuse_text(std::string_view why, std::string_view remedy) const {
    const std::vector<TableCell>& cells = table_.columns[column_].cells;
    const auto text = std::find_if(judged_.begin(), judged_.end(), [&](std::uint32_t row) {
      return inspect_number(cells[row].text()).readings == 0;
    });
    const std::uint32_t row = text == judged_.end() ? 0 : *text;
    throw DataError(table_.place(row, column_),
                    fmt::format("the target {} in column {} is not a number, but {}",
                                in_quotes(cells[row].text()), name_, why),
                    std::string(remedy) + guess());
  }

  void refuse_one_value(std::size_t different) const {
    if (judged_.size() == 1) {
      throw DataError(table_.subject(), "the table has only one row",
                      "give more rows: some to train on, others to validate and to test on");
    }
    if (different < 2) {
      const std::vector<TableCell>& cells = table_.columns[column_].cells;
      refuse(fmt::format("all {} rows have the value {} in the target {}", judged_.size(),
                         cells.empty() ? fmt::format("{}", numbers_.front())
                                       : in_quotes(cells.front().text()),
                         name_),
             "name another target, or give rows with other values of it");
    }
  }

  void refuse_many(std::size_t classes, std::string_view what, std::string_view remedy) const {
    if (classes > kMaximumClasses && !source_.task && source_.metric_wants_classes == true) {
      refuse(fmt::format("the metric {} is for classes, but the target {} has more than {} "
                         "different {}",
                         source_.metric, name_, kMaximumClasses, what),
             "write a metric for numbers such as val_rmse, or name another target");
    }
    if (classes > kMaximumClasses) {
      refuse(
          fmt::format("the target {} has more than {} different {}", name_, kMaximumClasses, what),
          remedy);
    }
  }

  void set_classes(std::size_t judged, std::size_t all) {
    if (source_.task == Task::kBinary && judged != 2) {
      refuse(fmt::format("the task is binary, but the target {} has {} different values", name_,
                         judged),
             "write `task: classification`, or name another target");
    }
    dataset_.task = source_.task.value_or(judged == 2 ? Task::kBinary : Task::kClassification);
    dataset_.classes = all;
  }

  std::string encode_texts() {
    const std::vector<Level> judged = find_levels(table_, column_, judged_);
    refuse_one_value(judged.size());
    if (judged.size() == judged_.size() && judged.size() >= kFewestRowsOfAnId) {
      refuse(fmt::format("the target {} has a different text in each of the {} rows", name_,
                         judged.size()),
             "name the column of the classes as target");
    }
    refuse_many(judged.size(), "texts", "name the column of the classes as target");
    const std::vector<Level> levels = in_order_of_keys(find_levels(table_, column_, all_), judged);
    set_classes(judged.size(), levels.size());
    for (const Level& level : levels) {
      dataset_.class_names.push_back(level.name);
    }
    if (std::string note = merged_note(table_.columns[column_].name, levels); !note.empty()) {
      dataset_.notes.push_back(std::move(note));
    }
    LevelFinder finder(dataset_.class_names);
    for (const TableCell& cell : table_.columns[column_].cells) {
      dataset_.labels.push_back(static_cast<std::uint32_t>(finder.find(cell.text())));
    }
    return classes_text();
  }

  // The different values of the judged rows, and how many rows have each; no more than
  // kMaximumClasses and one.
  void count_numbers() {
    for (const std::uint32_t row : judged_) {
      ++different_[numbers_[row]];
      if (different_.size() > kMaximumClasses) {
        return;
      }
    }
  }

  bool are_whole() const {
    return std::all_of(different_.begin(), different_.end(),
                       [](const auto& value) { return value.first == std::floor(value.first); });
  }

  bool look_like_classes() const {
    if (!are_whole() || different_.size() > kMaximumCountedClasses) {
      return false;
    }
    if (different_.size() <= kMaximumNumberClasses) {
      return true;
    }
    const double first = different_.begin()->first;
    const double last = different_.rbegin()->first;
    const std::size_t one_percent = (judged_.size() + 99) / 100;
    return (first == 0.0 || first == 1.0) &&
           last - first + 1.0 == static_cast<double>(different_.size()) &&
           std::all_of(different_.begin(), different_.end(), [&](const auto& value) {
             return value.second >= std::min(one_percent, kRowsOfAClass);
           });
  }

  void note_numbers() {
    if (!source_.task && source_.metric_wants_classes != false && are_whole() &&
        different_.size() <= kMaximumCountedClasses) {
      dataset_.notes.push_back(fmt::format(
          "the target {} has {} different whole numbers, which are taken as numbers; write `task: "
          "classification` under `dataset` to predict classes",
          name_, different_.size()));
    }
  }

  std::string encode_number_classes() {
    dataset_.target_styles = {style_};
    refuse_many(different_.size(), "numbers",
                "name the column of the classes as target, or write `task: regression`");
    std::map<double, std::uint32_t> label_of;
    for (const double number : numbers_) {
      label_of.emplace(number, 0U);
    }
    refuse_many(label_of.size(), "numbers",
                "name the column of the classes as target, or write `task: regression`");
    set_classes(different_.size(), label_of.size());
    for (auto& [number, label] : label_of) {
      label = static_cast<std::uint32_t>(dataset_.class_names.size());
      dataset_.class_names.push_back(fmt::format("{}", number));
    }
    std::transform(numbers_.begin(), numbers_.end(), std::back_inserter(dataset_.labels),
                   [&](double number) { return label_of.at(number); });
    if (!source_.task && source_.metric_wants_classes) {
      dataset_.notes.push_back(
          fmt::format("the target {} has {} different numbers, which are classes for the metric {}",
                      name_, different_.size(), source_.metric));
    } else if (!source_.task) {
      dataset_.notes.push_back(fmt::format(
          "the target {} has {} different whole numbers, which are taken as classes; write `task: "
          "regression` under `dataset` to predict numbers",
          name_, different_.size()));
    }
    return classes_text();
  }

  std::string classes_text() const { return classes_treatment(dataset_.class_names); }

  std::string encode_numbers(std::size_t output) {
    dataset_.target_styles.push_back(style_);
    dataset_.targets.resize(numbers_.size() * dataset_.outputs);
    for (std::size_t row = 0; row < numbers_.size(); ++row) {
      dataset_.targets[row * dataset_.outputs + output] = numbers_[row];
    }
    const auto [smallest, largest] = std::minmax_element(
        numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(judged_.size()));
    return fmt::format("target; numbers from {:.6g} to {:.6g}", *smallest, *largest);
  }

  const Table& table_;
  std::size_t column_;
  const DatasetSource& source_;
  Dataset& dataset_;
  std::string name_;                   // in quotes
  std::vector<std::uint32_t> all_;     // rows
  std::vector<std::uint32_t> judged_;  // rows of the source's first file
  bool is_numeric_ = false;
  NumberStyle style_;                        // where it is numeric
  std::vector<double> numbers_;              // (rows), where it is numeric
  std::map<double, std::size_t> different_;  // rows of each number
};

}  // namespace

std::string classes_treatment(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamesShown);
  std::vector<std::string> quoted;
  std::transform(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown),
                 std::back_inserter(quoted), [](const std::string& name) {
                   const std::string text = in_quotes(name);
                   return text.substr(1, text.size() - 2);
                 });
  return fmt::format("target; {} classes: {}{}", names.size(), fmt::join(quoted, ", "),
                     names.size() > shown ? ", ..." : "");
}

std::vector<std::string> encode_targets(const Table& table,
                                        const DatasetSource& source,
                                        Dataset& dataset) {
  const std::vector<std::size_t> columns = table.roles.targets();
  if (columns.size() == 1) {
    return {Target(table, columns.front(), source, dataset).encode()};
  }
  if (source.task && *source.task != Task::kRegression) {
    throw DataError(table.subject(),
                    fmt::format("{} targets are a regression, but the task is {}", columns.size(),
                                to_text(*source.task)),
                    "name one target, or write `task: regression`");
  }
  dataset.task = Task::kRegression;
  dataset.outputs = columns.size();
  dataset.target_name = table.columns[columns.front()].name;
  std::vector<std::string> treatments;
  for (const std::size_t column : columns) {
    if (!treatments.empty()) {
      dataset.further_target_names.push_back(table.columns[column].name);
    }
    treatments.push_back(Target(table, column, source, dataset).encode(treatments.size()));
  }
  return treatments;
}

}  // namespace hpsearch::nn
