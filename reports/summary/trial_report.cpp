#include "reports/summary/trial_report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "reports/findings/noise.h"
#include "reports/summary/layer_table.h"
#include "reports/summary/sweep_story.h"
#include "reports/sweep/event_text.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/space_text.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/numbers.h"
#include "reports/text/paint.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "storage/events.h"
#include "storage/precision_event.h"
#include "storage/violated_event.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kEpochRows = 14;  // longer courses are thinned out

// ", the mean of 5 folds, standard error 0.012"; empty for fewer than two values.
std::string spread_text(const std::vector<double>& values, bool in_folds) {
  if (values.size() < 2) {
    return "";
  }
  const Noise noise = noise_of_folds(values);
  return fmt::format("{}, standard error {}", mean_of_folds(static_cast<int>(noise.rows), in_folds),
                     short_number(noise.deviation));
}

std::vector<double> values_of_folds(const TrialReport& r) {
  std::vector<double> values;
  for (const storage::ReplicateRow& fold : r.folds) {
    if (fold.value) {
      values.push_back(*fold.value);
    }
  }
  return values;
}

// The test metric that goes with a validation metric.
std::string test_name(const std::string& metric) {
  return metric.starts_with("val_") ? "test_" + metric.substr(4) : "";
}

std::string violation_line(const std::vector<storage::LogRow>& log) {
  std::string text;
  for (const storage::LogRow& row : log) {  // of its last attempt
    if (const auto violated = storage::Violated::from_row(row.event)) {
      text = fmt::format("constraints: {}\n", event_text(row.event));
    }
  }
  return text;
}

std::string folds_text(const TrialReport& r, std::size_t width) {
  if (r.folds.empty()) {
    return "";
  }
  std::vector<TableColumn> columns{{r.in_folds() ? "fold" : "replicate"},
                                   {"state", Align::kLeft},
                                   {r.sweep.metric},
                                   {"epoch"},
                                   {"epochs"},
                                   {"seconds"},
                                   {"seed"}};
  for (const storage::ReplicateRow& fold : r.folds) {
    columns[0].cells.push_back(std::to_string(fold.fold.value_or(fold.replicate)));
    columns[1].cells.push_back(printable(fold.state));
    columns[2].cells.push_back(fold.value ? short_number(*fold.value) : "");
    columns[3].cells.push_back(fold.best_epoch ? std::to_string(*fold.best_epoch) : "");
    columns[4].cells.push_back(std::to_string(fold.epochs_done));
    columns[5].cells.push_back(fold.seconds ? fmt::format("{:.2f}", *fold.seconds) : "");
    columns[6].cells.push_back(std::to_string(fold.seed));
  }
  if (!r.test_of_folds.empty()) {
    TableColumn& test = columns.emplace_back();
    test.title = test_name(r.sweep.metric);
    for (const std::optional<double>& value : r.test_of_folds) {
      test.cells.push_back(value ? short_number(*value) : "");
    }
  }
  return "\n" + format_table(columns, width);
}

// State, value, epochs, origin, and why a model suggested it: a line each.
std::string headline(const TrialReport& r) {
  const storage::TrialRow& t = r.trial;
  const std::string_view state = search::to_text(t.state);
  std::string text =
      fmt::format("trial {} of {}: {}{}{}\n", t.number, printable(r.sweep.name),
                  painted(paint_of_state(state), state), t.reason ? ", " : "",
                  t.reason ? reason_text(t.reason->substr(0, t.reason->find('\n'))) : "");
  if (const std::size_t more = t.reason ? t.reason->find('\n') : std::string::npos;
      more != std::string::npos) {  // what a program has said
    text += "  | ";
    for (const char c : printable(t.reason->substr(more + 1), LineBreaks::kKept)) {
      text += c == '\n' ? "\n  | " : std::string(1, c);
    }
    text += "\n";
  }
  if (t.value) {
    text += fmt::format("{}: {}{}{}\n", printable(r.sweep.metric),
                        painted(r.rank == 1 ? Paint::kBest : Paint::kNone, short_number(*t.value)),
                        t.best_epoch ? fmt::format(" at epoch {}", *t.best_epoch)
                                     : spread_text(values_of_folds(r), r.in_folds()),
                        r.rank ? fmt::format(", rank {}", *r.rank) : "");
    text += t.violation > 0.0 ? violation_line(r.log) : "";
  }
  const int folds =
      r.folds.empty() ? folds_of(r.sweep.data_json) : static_cast<int>(r.folds.size());
  const bool repeated = !r.folds.empty() && !r.in_folds();
  text +=
      fmt::format("epochs: {}{}{}{}{}\n", t.epochs_done,
                  t.epochs > 0 ? fmt::format(" of {}", repeated ? t.epochs * folds : t.epochs) : "",
                  repeated    ? fmt::format(" with {} seeds", folds)
                  : folds > 0 ? fmt::format(" in {} folds", folds)
                              : "",
                  t.seconds ? (folds > 0 ? ", " : " in ") + duration_text(*t.seconds) : "",
                  t.worker ? " on " + printable(*t.worker) : "");
  text += fmt::format("origin: {}{}, stage {}\n", to_text(t.origin),
                      t.parent ? fmt::format(" from trial {}", *t.parent) : "", t.stage);
  for (const storage::LogRow& row : r.log) {
    if (row.event.kind == storage::Suggested::kKind) {
      text += fmt::format("why: {}\n", event_text(row.event));
    }
  }
  std::string precision;
  for (const storage::LogRow& row : r.log) {  // of its last attempt
    if (const auto chosen = storage::PrecisionChosen::from_row(row.event)) {
      precision = fmt::format("precision: {} (auto)\n", printable(chosen->precision));
    }
  }
  text += precision;
  return text + fmt::format("seed: {}, attempt {}\n", t.seed, t.attempt) +
         remark_lines(r.remarks, t.number);
}

std::string parameters_text(const TrialReport& r, std::size_t width) {
  const search::ParamSet params = search::parse_params_json(r.trial.params_json);
  if (params.empty()) {
    return "";
  }
  const auto ranges =
      r.stage ? range_texts(r.stage->row.space_json) : std::map<std::string, std::string>{};
  std::vector<TableColumn> columns{{"parameter", Align::kLeft},
                                   {"value", Align::kLeft},
                                   {"place"},
                                   {"", Align::kLeft},
                                   {"range", Align::kLeft}};
  for (const auto& [name, value] : params) {
    const auto unit = r.units.find(name);
    const auto range = ranges.find(name);
    columns[0].cells.push_back(printable(name));
    columns[1].cells.push_back(short_text(value));
    columns[2].cells.push_back(
        unit == r.units.end() ? "" : fmt::format("{:.0f}%", 100.0 * unit->second));
    columns[3].cells.push_back(unit == r.units.end() ? "" : place_bar(unit->second));
    columns[4].cells.push_back(range == ranges.end() ? "" : range->second);
  }
  return "\n" + format_table(columns, width);
}

// The rows to show: all if they are few, otherwise evenly spaced ones including the first, the last
// and `best`.
std::vector<std::size_t> thinned(std::size_t size, std::optional<std::size_t> best) {
  std::vector<std::size_t> rows;
  const std::size_t shown = std::min(size, kEpochRows);
  for (std::size_t i = 0; i < shown; ++i) {
    rows.push_back(shown == size ? i : i * (size - 1) / (shown - 1));
  }
  if (best && std::find(rows.begin(), rows.end(), *best) == rows.end()) {
    rows.push_back(*best);
    std::sort(rows.begin(), rows.end());
  }
  return rows;
}

// Is the column worth its space? An accuracy where it is measured, the learning rate where it
// changes.
bool is_shown(const nn::EpochColumn& column,
              const std::vector<nn::EpochRecord>& epochs,
              bool of_program) {
  if (column.role == nn::EpochColumn::Role::kAccuracy || of_program) {
    return std::any_of(epochs.begin(), epochs.end(),
                       [&](const nn::EpochRecord& e) { return std::isfinite(e.*column.field); });
  }
  return column.field != &nn::EpochRecord::learning_rate ||
         std::any_of(epochs.begin(), epochs.end(), [&](const nn::EpochRecord& e) {
           return e.learning_rate != epochs.front().learning_rate;
         });
}

// What a program reports by names of its own, the metric first.
void add_series(const TrialReport& r,
                const std::vector<std::size_t>& rows,
                std::vector<TableColumn>& columns) {
  std::map<std::string, std::map<int, double>> series;
  for (const storage::MetricRow& row : r.course.metrics) {
    series[row.name][row.epoch] = row.value;
  }
  const auto add = [&](const std::string& name) {
    const auto values = series.extract(name);
    if (values.empty()) {
      return;
    }
    TableColumn& shown = columns.emplace_back();
    shown.title = printable(name);
    for (const std::size_t row : rows) {
      const auto value = values.mapped().find(r.course.epochs[row].epoch);
      shown.cells.push_back(value == values.mapped().end() ? "-" : short_number(value->second));
    }
  };
  add(r.sweep.metric);
  while (!series.empty()) {
    add(series.begin()->first);
  }
}

std::string epochs_text(const TrialReport& r, std::size_t width) {
  const std::vector<nn::EpochRecord>& epochs = r.course.epochs;
  const std::vector<int>& trainings = r.course.trainings;
  if (epochs.empty()) {
    return "";
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (r.trial.best_epoch == epochs[i].epoch) {
      best = i;
    }
  }
  const std::vector<std::size_t> rows = thinned(epochs.size(), best);
  std::vector<TableColumn> columns{{"epoch"}, {"", Align::kLeft}};
  for (const std::size_t row : rows) {
    columns[0].cells.push_back(std::to_string(epochs[row].epoch));
    columns[1].cells.push_back(row == best ? "best" : "");
  }
  // Folds that stop early leave later epochs to the others.
  if (std::any_of(trainings.begin(), trainings.end(),
                  [&](int count) { return count != trainings.front(); })) {
    TableColumn& folds = columns.emplace_back();
    folds.title = r.in_folds() ? "folds" : "seeds";
    for (const std::size_t row : rows) {
      folds.cells.push_back(std::to_string(trainings[row]));
    }
  }
  const bool of_program = runs_program(r.sweep);
  if (of_program) {
    add_series(r, rows, columns);
  }
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (!is_shown(column, epochs, of_program)) {
      continue;
    }
    TableColumn& shown = columns.emplace_back();
    shown.title = column.name;
    for (const std::size_t row : rows) {
      shown.cells.push_back(short_number(epochs[row].*column.field));
    }
  }
  std::string text = (r.folds.empty() ? "\n"
                      : r.in_folds()  ? "\nepochs, means over the folds that have them:\n"
                                      : "\nepochs, means over the replicates that have them:\n") +
                     format_table(columns, width);
  if (rows.size() < epochs.size()) {
    text += fmt::format("({} of {} epochs; --json has all)\n", rows.size(), epochs.size());
  }
  return text;
}

// The value of each series at the best epoch, or its last one if it has none there; of folds the
// mean of these. Layers have a table of their own.
std::string metrics_text(const TrialReport& r) {
  std::string text;
  for (const SeriesEnds& series : r.course.ends) {
    if (is_of_layer(series.name)) {
      continue;
    }
    const bool of_ensemble = r.of_ensemble && series.name.starts_with("test_");
    const std::string where = of_ensemble       ? " (of the ensemble)"
                              : r.folds.empty() ? fmt::format(" at epoch {}", series.best_epoch)
                                                : spread_text(series.at_best, r.in_folds());
    text += fmt::format("{}{}: {}{}\n", text.empty() ? "\n" : "", printable(series.name),
                        short_number(mean_of(series.at_best)), where);
  }
  return text;
}

// Of the replicates of a winner; folds are tested together.
void read_tests(storage::Queries& queries, TrialReport& report) {
  const std::string name = test_name(report.sweep.metric);
  bool any = false;
  for (const storage::ReplicateRow& row : report.folds) {
    std::optional<double>& test = report.test_of_folds.emplace_back();
    for (const storage::MetricRow& metric :
         queries.metric({report.trial.trial_id, row.replicate}, name)) {
      test = metric.epoch > 0 && metric.epoch == row.best_epoch ? metric.value : test;
    }
    any = any || test;
  }
  if (!any) {
    report.test_of_folds.clear();
  }
}

}  // namespace

TrialReport read_trial_report(storage::Queries& queries,
                              const storage::SweepRow& sweep,
                              const storage::TrialRow& trial) {
  TrialReport report;
  report.sweep = sweep;
  report.sweep.state = current_state(queries, sweep);
  report.trial = trial;
  // A killed process leaves its trials `running`.
  if (trial.state == search::TrialState::kRunning &&
      report.sweep.state != storage::SweepState::kRunning) {
    report.trial.state = search::TrialState::kInterrupted;
    report.trial.reason = "killed";
  }
  report.rank = queries.rank(sweep.name, trial.number);
  report.units = queries.units(trial.trial_id);
  const auto stages = read_stored(queries, sweep, [&] {
    search::parse_params_json(
        trial.params_json);  // trial_text() needs them, and has no file to name
    return summarise_stages(queries.stages(sweep.sweep_id),
                            storage::events_of<storage::StageStarted>(queries, sweep.sweep_id));
  });
  if (static_cast<std::size_t>(trial.stage) < stages.size()) {
    report.stage = stages[static_cast<std::size_t>(trial.stage)];
  }
  report.folds = trainings_of(queries, trial);
  read_tests(queries, report);
  report.course = read_course(queries, trial);
  report.log = queries.log(sweep.sweep_id, trial.trial_id);
  report.remarks = queries.remarks(sweep.sweep_id);
  report.predictions = read_trial_predictions(queries, trial.trial_id);
  report.of_ensemble = report.rank == 1 && queries.ensemble(sweep.sweep_id).has_value();
  return report;
}

std::string trial_text(const TrialReport& r, std::size_t width) {
  std::string text = headline(r) + parameters_text(r, width) + folds_text(r, width) +
                     metrics_text(r) + layer_table(r.course, width) + epochs_text(r, width);
  if (r.predictions) {
    text += r.of_ensemble ? "\nof the ensemble, in which this is the best trial:\n" : "\n";
    text += predictions_text(*r.predictions, width);
  }
  if (r.stage && r.stage->begun) {
    text += "\n" + stage_text(*r.stage);
  }
  std::vector<storage::LogRow> log = r.log;
  std::erase_if(
      log, [](const storage::LogRow& row) { return row.event.kind == storage::Suggested::kKind; });
  if (!log.empty()) {
    text += "\nevents (UTC)\n" + log_text(log);
  }
  return text;
}

}  // namespace hpsearch::reports
