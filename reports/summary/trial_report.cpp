#include "reports/summary/trial_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/findings/noise.h"
#include "reports/summary/layer_table.h"
#include "reports/summary/sweep_story.h"
#include "reports/sweep/event_text.h"
#include "reports/sweep/space_text.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "storage/events.h"
#include "storage/precision_event.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kEpochRows = 14;  // longer courses are thinned out

// ", the mean of 5 folds, standard error 0.012"; empty without folds.
std::string spread_text(const TrialReport& r) {
  std::vector<double> values;
  for (const storage::ReplicateRow& fold : r.folds) {
    if (fold.value) {
      values.push_back(*fold.value);
    }
  }
  if (values.size() < 2) {
    return "";
  }
  const Noise noise = noise_of_folds(values);
  return fmt::format(", the mean of {} folds, standard error {}", noise.rows,
                     short_number(noise.deviation));
}

std::string folds_text(const TrialReport& r, std::size_t width) {
  if (r.folds.empty()) {
    return "";
  }
  std::vector<TableColumn> columns{
      {"fold"}, {"state", Align::kLeft}, {r.sweep.metric}, {"epoch"}, {"epochs"}, {"seconds"},
      {"seed"}};
  for (const storage::ReplicateRow& fold : r.folds) {
    columns[0].cells.push_back(std::to_string(fold.fold.value_or(0)));
    columns[1].cells.push_back(printable(fold.state));
    columns[2].cells.push_back(fold.value ? short_number(*fold.value) : "");
    columns[3].cells.push_back(fold.best_epoch ? std::to_string(*fold.best_epoch) : "");
    columns[4].cells.push_back(std::to_string(fold.epochs_done));
    columns[5].cells.push_back(fold.seconds ? fmt::format("{:.2f}", *fold.seconds) : "");
    columns[6].cells.push_back(std::to_string(fold.seed));
  }
  return "\n" + format_table(columns, width);
}

// State, value, epochs, origin, and why a model suggested it: a line each.
std::string headline(const TrialReport& r) {
  const storage::TrialRow& t = r.trial;
  std::string text = fmt::format("trial {} of {}: {}{}{}\n", t.number, printable(r.sweep.name),
                                 search::to_text(t.state), t.reason ? ", " : "",
                                 t.reason ? reason_text(*t.reason) : "");
  if (t.value) {
    text += fmt::format("{}: {}{}{}\n", printable(r.sweep.metric), short_number(*t.value),
                        t.best_epoch ? fmt::format(" at epoch {}", *t.best_epoch) : spread_text(r),
                        r.rank ? fmt::format(", rank {}", *r.rank) : "");
  }
  text += fmt::format("epochs: {} of {}{}{}\n", t.epochs_done, t.epochs,
                      t.seconds ? " in " + duration_text(*t.seconds) : "",
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
  return text + fmt::format("seed: {}, attempt {}\n", t.seed, t.attempt);
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
bool is_shown(const nn::EpochColumn& column, const std::vector<nn::EpochRecord>& epochs) {
  if (column.role == nn::EpochColumn::Role::kAccuracy) {
    return std::any_of(epochs.begin(), epochs.end(),
                       [&](const nn::EpochRecord& e) { return std::isfinite(e.*column.field); });
  }
  return column.field != &nn::EpochRecord::learning_rate ||
         std::any_of(epochs.begin(), epochs.end(), [&](const nn::EpochRecord& e) {
           return e.learning_rate != epochs.front().learning_rate;
         });
}

std::string epochs_text(const TrialReport& r, std::size_t width) {
  if (r.epochs.empty()) {
    return "";
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < r.epochs.size(); ++i) {
    if (r.trial.best_epoch == r.epochs[i].epoch) {
      best = i;
    }
  }
  const std::vector<std::size_t> rows = thinned(r.epochs.size(), best);
  std::vector<TableColumn> columns{{"epoch"}, {"", Align::kLeft}};
  for (const std::size_t row : rows) {
    columns[0].cells.push_back(std::to_string(r.epochs[row].epoch));
    columns[1].cells.push_back(row == best ? "best" : "");
  }
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (!is_shown(column, r.epochs)) {
      continue;
    }
    TableColumn& shown = columns.emplace_back();
    shown.title = column.name;
    for (const std::size_t row : rows) {
      shown.cells.push_back(short_number(r.epochs[row].*column.field));
    }
  }
  std::string text =
      (r.folds.empty() ? "\n" : "\nepochs of fold 0\n") + format_table(columns, width);
  if (rows.size() < r.epochs.size()) {
    text += fmt::format("({} of {} epochs; --json has all)\n", rows.size(), r.epochs.size());
  }
  return text;
}

// The value of each series at the best epoch, or its last one if it has none there. Layers have a
// table of their own.
std::string metrics_text(const TrialReport& r) {
  std::map<std::string, storage::MetricRow> shown;
  for (const storage::MetricRow& row : r.metrics) {
    if (is_of_layer(row.name)) {
      continue;
    }
    // Rows come by epoch, so later ones replace earlier ones until the best epoch is found.
    const auto [it, added] = shown.emplace(row.name, row);
    if (!added && it->second.epoch != r.trial.best_epoch) {
      it->second = row;
    }
  }
  std::string text;
  for (const auto& [name, row] : shown) {
    text += fmt::format("{}{}: {} at epoch {}\n", text.empty() ? "\n" : "", printable(name),
                        short_number(row.value), row.epoch);
  }
  return text;
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
  report.folds = queries.replicates(trial.trial_id);
  std::erase_if(report.folds, [](const storage::ReplicateRow& row) { return !row.fold; });
  report.epochs = queries.epochs(trial.trial_id);
  report.metrics = queries.metrics(trial.trial_id);
  report.log = queries.log(sweep.sweep_id, trial.trial_id);
  report.predictions = read_trial_predictions(queries, trial.trial_id);
  return report;
}

std::string trial_text(const TrialReport& r, std::size_t width) {
  std::string text = headline(r) + parameters_text(r, width) + folds_text(r, width) +
                     metrics_text(r) + layer_table(r.metrics, width) + epochs_text(r, width);
  if (r.predictions) {
    text += "\n" + predictions_text(*r.predictions, width);
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
