#include "runner/run/stored_outcome.h"

#include <cmath>
#include <utility>

#include "runner/run/promotions.h"
#include "runner/run/stored_metric.h"
#include "runner/run/trial_folds.h"

namespace hpsearch::runner {
namespace {

// The finite scores of a training as the database has them: what run_trial() collects. The metrics
// that are columns of an epoch are in its record, all others have rows of their own.
std::vector<search::Curve> curves_of(storage::Reader& reader,
                                     storage::TrainingId training,
                                     int epochs_done,
                                     const std::vector<search::Metric>& watched) {
  // A failed attempt may have left later ones.
  const auto is_later = [&](const auto& row) { return row.epoch > epochs_done; };
  auto epochs = reader.epochs(training);
  std::erase_if(epochs, is_later);
  std::vector<search::Curve> curves;
  for (const search::Metric& metric : watched) {
    search::Curve& curve = curves.emplace_back();
    if (search::find_metric(metric.name) != nullptr &&
        nn::find_epoch_column(metric.name) != nullptr) {
      for (const nn::EpochRecord& epoch : epochs) {
        if (const auto score = metric.finite_score(epoch)) {
          curve.push_back(*score);
        }
      }
      continue;
    }
    for (const storage::MetricRow& row : reader.metric(training, metric.name)) {
      if (std::isfinite(row.value) && !is_later(row)) {
        curve.push_back(metric.score(row.value));
      }
    }
  }
  return curves;
}

}  // namespace

StoredCurves stored_curves(storage::Reader& reader,
                           const storage::TrialRow& trial,
                           const search::SweepSpec& spec,
                           const std::vector<search::Metric>& watched) {
  StoredCurves stored;
  if (spec.dataset.folds == 0) {
    stored.curves.push_back(curves_of(reader, trial.trial_id, trial.epochs_done, watched));
    return stored;
  }
  for (const storage::ReplicateRow& fold : counted_folds(reader.replicates(trial.trial_id))) {
    stored.curves.push_back(
        curves_of(reader, {trial.trial_id, fold.replicate}, fold.epochs_done, watched));
    if (trial.state == search::TrialState::kComplete && fold.value) {
      stored.fold_scores.push_back(spec.metric.score(*fold.value));
    }
  }
  return stored;
}

std::vector<nn::EpochRecord> paused_epochs(storage::Reader& reader,
                                           std::int64_t trial_id,
                                           const std::vector<search::Metric>& watched) {
  auto epochs = reader.epochs(trial_id);
  for (const search::Metric& metric : watched) {
    add_stored_metric(reader, trial_id, metric, epochs);
  }
  // Those that are in no column, which the trial that goes on has too.
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    add_stored_metric(reader, trial_id, {std::string(metric.name)}, epochs);
  }
  return epochs;
}

std::vector<double> stored_margins(const storage::TrialRow& trial,
                                   const StoredResults& results,
                                   const search::SweepSpec& spec) {
  const bool whole = trial.state == search::TrialState::kComplete;
  if (!whole && trial.state != search::TrialState::kPruned) {
    return {};
  }
  const auto measured = results.find(trial.number);  // none where nothing was measured
  return search::margins_of(spec.result_constraints, search::parse_params_json(trial.params_json),
                            measured == results.end() ? search::TrialResults{} : measured->second,
                            whole);
}

TrialOutcome stored_outcome(storage::Reader& reader,
                            const storage::TrialRow& trial,
                            const StoredResults& results,
                            const search::SweepSpec& spec,
                            const std::vector<search::Metric>& watched) {
  TrialOutcome outcome;
  outcome.state = trial.state;
  outcome.value = trial.value;
  outcome.best_epoch = trial.best_epoch.value_or(0);
  outcome.epochs_done = trial.epochs_done;
  outcome.seconds = trial.seconds.value_or(0.0);
  outcome.reason = trial.reason.value_or("");
  outcome.paused = is_paused(trial);
  if (!watched.empty()) {
    StoredCurves stored = stored_curves(reader, trial, spec, watched);
    outcome.curves = std::move(stored.curves);
    outcome.fold_scores = std::move(stored.fold_scores);
  }
  if (const auto measured = results.find(trial.number); measured != results.end()) {
    outcome.results = measured->second;
  }
  outcome.margins = stored_margins(trial, results, spec);
  if (outcome.paused) {
    outcome.epochs = paused_epochs(reader, trial.trial_id, watched);
  }
  return outcome;
}

}  // namespace hpsearch::runner
