#include "reports/summary/selection_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/text/delimited.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

// Full precision, for CSV.
std::string full_text(const storage::Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*integer);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return nn::to_text(nn::Value(*real));
  }
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? "" : *text;
}

// Short, for people.
std::string cell_text(const storage::Cell& cell, bool seconds) {
  if (const auto* real = std::get_if<double>(&cell)) {
    return seconds ? fmt::format("{:.2f}", *real) : short_number(*real);
  }
  return std::holds_alternative<nn::NullValue>(cell) ? "-" : printable(full_text(cell));
}

// The columns of interest, with the titles of the leaderboard.
std::vector<TableColumn> shown_columns(const SweepReport& report,
                                       const storage::TrialTable& table,
                                       States states,
                                       std::size_t rows) {
  std::vector<TableColumn> columns;
  auto add = [&](std::size_t column, const std::string& title) {
    columns.push_back({printable(title)});
    for (std::size_t row = 0; row < std::min(rows, table.rows.size()); ++row) {
      columns.back().cells.push_back(cell_text(table.rows[row][column], title == "seconds"));
    }
  };
  auto add_named = [&](const char* name, const std::string& title) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), name);
    add(static_cast<std::size_t>(found - table.columns.begin()), title);
  };
  add_named("rank", "rank");
  add_named("trial", "trial");
  if (states == States::kAll) {
    add_named("state", "state");
    columns.back().align = Align::kLeft;
    for (const std::string& state : columns.back().cells) {
      columns.back().paints.push_back(paint_of_state(state));
    }
  }
  add_named("value", report.sweep.metric);
  add_named("best_epoch", "epoch");
  add_named("seconds", "seconds");
  // The view's own columns end with `seconds`; the parameters follow.
  const auto last = std::find(table.columns.begin(), table.columns.end(), "seconds");
  for (auto it = std::next(last); it != table.columns.end(); ++it) {
    const bool searched =
        std::find(report.searched.begin(), report.searched.end(), *it) != report.searched.end();
    if (searched || it->starts_with("param_")) {
      add(static_cast<std::size_t>(it - table.columns.begin()), *it);
    }
  }
  return columns;
}

}  // namespace

std::string selection_text(const SweepReport& report,
                           const storage::TrialTable& table,
                           States states,
                           std::size_t rows,
                           std::size_t width) {
  std::string text = wrapped_headline(report, width) + "\n";
  if (table.rows.empty()) {
    return text + "no trial matches\n";
  }
  text += format_table(shown_columns(report, table, states, rows), width);
  if (rows < table.rows.size()) {
    text += fmt::format("({} of {} trials; --top shows more)\n", rows, table.rows.size());
  }
  return text;
}

std::string selection_markdown(const SweepReport& report,
                               const storage::TrialTable& table,
                               States states,
                               std::size_t rows) {
  const auto columns = shown_columns(report, table, states, rows);
  // The alignment row tells numbers (right) from text (left).
  std::string titles = "|";
  std::string rule = "|";
  for (const TableColumn& column : columns) {
    titles += " " + markdown_cell(column.title) + " |";
    rule += column.align == Align::kLeft ? " :-- |" : " --: |";
  }
  std::string text = titles + "\n" + rule + "\n";
  for (std::size_t row = 0; row < columns.front().cells.size(); ++row) {
    text += "|";
    for (const TableColumn& column : columns) {
      text += " " + markdown_cell(column.cells[row]) + " |";
    }
    text += "\n";
  }
  return text;
}

TextTable selection_table(const storage::TrialTable& table, std::size_t rows, Digits digits) {
  TextTable texts{table.columns, {}};
  for (std::size_t row = 0; row < std::min(rows, table.rows.size()); ++row) {
    auto& cells = texts.rows.emplace_back();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const storage::Cell& cell = table.rows[row][i];
      cells.push_back(digits == Digits::kAll ? full_text(cell)
                                             : cell_text(cell, table.columns[i] == "seconds"));
    }
  }
  return texts;
}

}  // namespace hpsearch::reports
