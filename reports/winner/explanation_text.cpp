#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "reports/winner/explanation.h"

namespace hpsearch::reports {

double value_of(const std::vector<nn::MetricValue>& metrics, std::string_view name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const auto& metric) { return metric.name == name; });
  return found == metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->value;
}

std::string baseline_text(const Explanation& explanation, std::string_view metric) {
  if (explanation.parts.empty()) {
    return "";
  }
  // Validation first; an ensemble has the test rows alone.
  const Baselines& part = explanation.parts.front();
  std::string_view name = nn::bare_metric(metric);
  if (std::isnan(value_of(part.trivial, name))) {
    name = "loss";
  }
  std::string text = fmt::format("{}{} ", part.part == "validation" ? "val_" : "test ", name);
  if (!part.linear.empty()) {
    text += fmt::format("{} of a linear model, ", short_number(value_of(part.linear, name)));
  }
  return text + fmt::format("{} of {}", short_number(value_of(part.trivial, name)),
                            printable(explanation.trivial_answer));
}

std::string columns_text(const nn::ColumnImportances& columns,
                         std::size_t most,
                         std::size_t width) {
  if (columns.columns.empty()) {
    return "";
  }
  const std::size_t shown = std::min(most, columns.columns.size());
  std::vector<TableColumn> table{
      {"column", Align::kLeft},
      {fmt::format("{} {}", columns.metric, nn::is_error(columns.metric) ? "gained" : "lost")},
      {"spread"}};
  for (std::size_t i = 0; i < shown; ++i) {
    const nn::ColumnImportance& column = columns.columns[i];
    table[0].cells.push_back(printable(column.column));
    table[1].cells.push_back(short_number(column.mean));
    table[2].cells.push_back(short_number(column.deviation));
  }
  std::string text = wrapped(
      fmt::format("columns that the network depends on: {} shuffles of each over {} row{}\n",
                  columns.permutations, columns.rows, columns.rows == 1 ? "" : "s"),
      width);
  text += format_table(table, width);
  if (shown < columns.columns.size()) {
    text += fmt::format("({} more: report --html)\n", columns.columns.size() - shown);
  }
  return text;
}

std::string labels_text(const nn::LabelComparison& labels, std::size_t width) {
  if (labels.rules.size() < 2) {
    return "";
  }
  std::vector<TableColumn> table{
      {"labels", Align::kLeft}, {"accuracy"}, {"balanced_accuracy"}, {"f1"}};
  std::string used;
  for (const nn::LabelQuality& of : labels.rules) {
    const std::string above = fmt::format("above {}", short_number(of.threshold));
    const bool probable = of.rule == "most_probable";
    table[0].cells.push_back(probable ? "most probable" : above);
    table[1].cells.push_back(short_number(of.accuracy));
    table[2].cells.push_back(short_number(of.balanced_accuracy));
    table[3].cells.push_back(short_number(of.f1));
    if (of.used && probable) {
      used = "the most probable class";
    } else if (of.used) {
      used = fmt::format("'{}' where its probability is {}{}", printable(labels.second_class),
                         above, of.rule == "share" ? ", its share of the training rows" : "");
    }
  }
  return wrapped(fmt::format("labels: predict writes {}\n", used), width) +
         format_table(table, width);
}

std::string quality_text(const nn::Reliability& reliability,
                         const std::vector<nn::TruthPairs>& pairs) {
  std::string text;
  if (!reliability.bins.empty()) {
    text +=
        fmt::format("calibration: mean confidence {}, accuracy {}; expected calibration error {}\n",
                    short_number(reliability.confidence), short_number(reliability.accuracy),
                    short_number(reliability.error));
  }
  for (const nn::TruthPairs& of : pairs) {
    text += fmt::format(
        "{}predicted against true: correlation {}, bias {}; half within {}, 90 % within {}\n",
        pairs.size() > 1 && !of.target.empty() ? printable(of.target) + ": " : "",
        short_number(of.correlation), short_number(of.bias), short_number(of.half_within),
        short_number(of.most_within));
  }
  return text;
}

}  // namespace hpsearch::reports
