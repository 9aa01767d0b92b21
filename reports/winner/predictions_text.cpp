#include <algorithm>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::reports {
namespace {

// The confusion matrix: rows are true classes, columns predicted ones. Empty if it does not fit.
std::string matrix_text(const WinnerPredictions& p, std::size_t width) {
  std::vector<TableColumn> columns{{"true", Align::kLeft}};
  std::size_t taken = display_width("true");
  for (const std::string& name : p.classes) {
    columns[0].cells.push_back(printable(name));
    taken = std::max(taken, display_width(columns[0].cells.back()));
  }
  for (std::size_t predicted = 0; predicted < p.classes.size(); ++predicted) {
    TableColumn& column = columns.emplace_back();
    column.title = printable(p.classes[predicted]);
    std::size_t widest = display_width(column.title);
    for (const auto& row : p.matrix) {
      // A dot for 0 lets the confusions stand out.
      column.cells.push_back(row[predicted] == 0 ? "." : std::to_string(row[predicted]));
      widest = std::max(widest, column.cells.back().size());
    }
    taken += 2 + widest;
  }
  // Part of a matrix would be misleading.
  return taken <= width ? format_table(columns, width) : "";
}

std::string confusions_text(const WinnerPredictions& p) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, p.confusions.size()); ++i) {
    text += fmt::format("  {} mistaken for {}: {} row{}\n", printable(p.confusions[i].truth),
                        printable(p.confusions[i].predicted), p.confusions[i].rows,
                        p.confusions[i].rows == 1 ? "" : "s");
  }
  return text;
}

std::string percent(double probability) {
  return fmt::format("{:.1f} %", 100.0 * probability);
}

std::string values_text(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    text += (text.empty() ? "" : ", ") + short_number(value);
  }
  return text;
}

// Regressions have values where classes have names and probabilities.
std::string worst_text(const WinnerPredictions& p, std::size_t width) {
  const bool numbers = !p.worst.empty() && !p.worst.front().true_values.empty();
  std::vector<TableColumn> columns{{"row"}, {"true", Align::kLeft}, {"predicted", Align::kLeft}};
  if (!numbers) {
    columns[1].title = "true class";
    columns.insert(columns.begin() + 2, {"its probability"});
    columns.push_back({"its probability"});
  }
  columns.push_back({"loss"});
  for (const auto& row : p.worst) {
    columns[0].cells.push_back(std::to_string(row.row));
    if (numbers) {
      columns[1].cells.push_back(values_text(row.true_values));
      columns[2].cells.push_back(values_text(row.predicted_values));
    } else {
      columns[1].cells.push_back(printable(row.truth));
      columns[2].cells.push_back(percent(row.truth_probability));
      columns[3].cells.push_back(printable(row.predicted));
      columns[4].cells.push_back(percent(row.predicted_probability));
    }
    columns.back().cells.push_back(row.loss ? short_number(*row.loss) : "-");
  }
  return format_table(columns, width);
}

}  // namespace

std::string predictions_text(const WinnerPredictions& p, std::size_t width) {
  std::string text;
  if (p.rows > 0 && p.task != nn::to_text(nn::Task::kRegression)) {
    text =
        fmt::format("{} of {} {} rows correct; rows are true classes, columns predicted classes\n",
                    p.correct, p.rows, p.part);
    const std::string matrix = p.matrix.empty() ? "" : matrix_text(p, width);
    if (matrix.empty()) {
      text =
          fmt::format("{} of {} {} rows correct\n", p.correct, p.rows, p.part) + confusions_text(p);
    } else {
      text += matrix;
    }
  }
  if (p.explanation) {
    constexpr std::size_t kColumns = 20;
    text += quality_text(p.explanation->reliability, p.explanation->pairs);
    const std::string labels = labels_text(p.explanation->labels, width);
    text += labels.empty() ? "" : (text.empty() ? "" : "\n") + labels;
    const std::string columns = columns_text(p.explanation->columns, kColumns, width);
    text += columns.empty() ? "" : (text.empty() ? "" : "\n") + columns;
  }
  if (!p.worst.empty()) {
    text += fmt::format("{}the {} rows with the largest loss, counted from 0\n",
                        text.empty() ? "" : "\n", p.part) +
            worst_text(p, width);
  }
  return text;
}

}  // namespace hpsearch::reports
