#include "reports/summary/sweep_report.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/noise.h"
#include "reports/summary/closest_call.h"
#include "reports/sweep/digest.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/shell_word.h"
#include "reports/winner/winner_predictions.h"
#include "storage/artifacts.h"
#include "storage/events.h"

namespace hpsearch::reports {
namespace {

std::vector<std::string> searched_names(const std::vector<storage::StageRow>& stages) {
  std::vector<std::string> names;
  if (!stages.empty()) {
    const auto space = nn::parse_json(stages.front().space_json);  // must outlive items()
    if (!space.is_object()) {
      throw std::runtime_error("the space of a stage is no JSON object");
    }
    for (const auto& [name, range] : space.items()) {
      if (!range.contains("value")) {  // "value": the same in all trials
        names.push_back(name);
      }
    }
  }
  return names;
}

// The means have epoch 0; each replicate's own have that of its weights.
void read_replicates(storage::Queries& queries,
                     const storage::LeaderboardRow& best,
                     SweepReport& report) {
  const auto is_mean = [](const storage::MetricRow& metric) { return metric.epoch == 0; };
  if (std::none_of(report.test_metrics.begin(), report.test_metrics.end(), is_mean)) {
    return;  // what a program reports is its own
  }
  std::erase_if(report.test_metrics, [&](const auto& metric) { return !is_mean(metric); });
  for (int replicate = 0; replicate < static_cast<int>(best.replicates); ++replicate) {
    auto metrics = queries.metrics({best.trial_id, replicate});
    std::erase_if(metrics, [&](const storage::MetricRow& metric) {
      return !metric.name.starts_with("test_") || is_mean(metric);
    });
    report.test_of_replicates.push_back(std::move(metrics));
  }
}

void read_best_trial(storage::Queries& queries,
                     const storage::LeaderboardRow& best,
                     SweepReport& report) {
  for (const storage::MetricRow& metric : queries.metrics(best.trial_id)) {
    if (metric.name.starts_with("test_")) {
      report.test_metrics.push_back(metric);
    }
  }
  if (best.best_epoch == 0 && !report.in_folds) {
    read_replicates(queries, best, report);
  }
  for (const storage::ArtifactRow& artifact : queries.artifacts(best.trial_id)) {
    if (artifact.name == "weights") {
      // A copy of the database alone has no files beside it.
      if (const auto file = storage::stored_artifact(queries.path(), artifact.path)) {
        report.weights = {file->string(), artifact.bytes, artifact.sha256};
      }
    }
  }
  if (auto predictions = read_trial_predictions(queries, best.trial_id)) {
    report.explanation = std::move(predictions->explanation);
  }
}

// For a shell in the folder from which the path of the database counts.
std::string repeat_command(const std::filesystem::path& database, const std::string& sweep) {
  const std::string db = shell_word(database.string());
  return fmt::format(
      "hpsearch report --best --sweep {} --db {} > best.yaml && hpsearch run best.yaml --db {}",
      shell_word(sweep), db, db);
}

// One run with parallel.deterministic: false is enough to make the sweep's results depend on
// timing.
bool always_deterministic(storage::Queries& queries, std::int64_t sweep_id) {
  const auto runs = storage::events_of<storage::RunStarted>(queries, sweep_id);
  return std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run.deterministic; });
}

// Trials beyond the number at which the sweep stops, as a limit was lowered or a rule ended it:
// they keep their rows, but their epochs are no part of it.
bool is_beyond_stop(const storage::TrialRow& trial) {
  return trial.reason == "beyond_stop";
}

storage::SummaryRow read_summary(storage::Queries& queries, const storage::SweepRow& sweep) {
  storage::SummaryRow summary = queries.summary(sweep.name);
  const bool all_ended =
      summary.trials == summary.complete + summary.pruned + summary.diverged + summary.failed;
  if (!all_ended) {
    queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& trial) {
      summary.epochs -= is_beyond_stop(trial) ? trial.epochs_done : 0;
    });
  }
  return summary;
}

// What pruned trials have left out. Of a paused trial with which another one has gone on, that one
// tells.
class SavedEpochs {
 public:
  void add(const storage::TrialRow& trial) {
    if (is_beyond_stop(trial)) {
      return;
    }
    if (trial.state == search::TrialState::kPruned) {
      saved_[trial.number] = std::max(0, trial.epochs - trial.epochs_done);
    }
    if (trial.origin == storage::Origin::kPromoted && trial.parent) {
      saved_.erase(*trial.parent);  // which has a lower number
      ++continued_;
    }
  }
  std::int64_t sum() const {
    return std::accumulate(saved_.begin(), saved_.end(), std::int64_t{0},
                           [](std::int64_t sum, const auto& one) { return sum + one.second; });
  }
  std::int64_t continued() const { return continued_; }

 private:
  std::map<std::uint64_t, int> saved_;  // by trial
  std::int64_t continued_ = 0;
};

// The epochs that a promoted trial has from the paused one that it continues.
int inherited_epochs(const SweepData& data, const storage::TrialRow& trial) {
  if (trial.origin != storage::Origin::kPromoted || !trial.parent) {
    return 0;
  }
  const auto parent = std::find_if(data.trials.begin(), data.trials.end(), [&](const auto& other) {
    return other.row.number == *trial.parent;
  });
  return parent == data.trials.end() ? 0 : parent->row.epochs_done;
}

// The same from the trials, where they are in memory.
storage::SummaryRow summary_of(const SweepData& data) {
  storage::SummaryRow summary;
  for (const TrialData& trial : data.trials) {
    const storage::TrialRow& row = trial.row;
    summary.trials += 1;
    summary.complete += row.state == search::TrialState::kComplete ? 1 : 0;
    summary.violating += row.state == search::TrialState::kComplete && row.violation > 0.0 ? 1 : 0;
    summary.pruned += row.state == search::TrialState::kPruned ? 1 : 0;
    summary.diverged += row.state == search::TrialState::kDiverged ? 1 : 0;
    summary.failed += row.state == search::TrialState::kFailed ? 1 : 0;
    summary.epochs +=
        is_beyond_stop(row) ? 0 : std::max(0, row.epochs_done - inherited_epochs(data, row));
    summary.seconds += row.seconds.value_or(0.0);
  }
  if (!data.ranked.empty()) {
    summary.best = data.trials[data.ranked.front()].row.value;
  }
  return summary;
}

// Everything but the summary, borders, advice and digest. Requires the state of current_state() in
// `sweep`.
SweepReport read_rest(storage::Queries& queries,
                      const storage::SweepRow& sweep,
                      const std::vector<storage::StageRow>& stages,
                      const std::optional<WarmSummary>& warm,
                      int rows) {
  SweepReport report;
  report.sweep = sweep;
  report.planned_trials = planned_trials(queries, sweep.sweep_id);
  report.shard = shard_of(queries, sweep.sweep_id);
  report.searched = searched_names(stages);
  report.stages =
      summarise_stages(stages, storage::events_of<storage::StageStarted>(queries, sweep.sweep_id));
  report.top = queries.leaderboard(sweep.name, rows);
  if (!report.top.empty()) {
    const storage::LeaderboardRow& best = report.top.front();
    report.in_folds = folds_of(sweep.data_json) > 0;
    read_best_trial(queries, best, report);
    if (report.in_folds || best.best_epoch == 0) {
      report.best_folds = queries.replicate_values(best.trial_id);
      const auto two = queries.leaderboard(sweep.name, 2);
      report.duel = two.size() == 2 && two[0].violation == two[1].violation
                        ? read_duel(queries, sweep, two[0], two[1])
                        : std::nullopt;
    }
    report.ensemble = queries.ensemble(sweep.sweep_id);
    report.repeat = repeat_command(queries.path(), sweep.name);
    report.closest_call = closest_call(queries, sweep.sweep_id, report.top.front().trial_id);
  }
  report.warm = warm;
  report.remarks = queries.remarks(sweep.sweep_id);
  report.machines = read_machines(queries, sweep.sweep_id);
  report.program = runs_program(sweep);
  report.reproducible = !report.program && always_deterministic(queries, sweep.sweep_id);
  return report;
}

}  // namespace

SweepReport read_report(storage::Queries& queries, const storage::SweepRow& sweep, int rows) {
  return read_stored(queries, sweep, [&] {
    storage::SweepRow current = sweep;
    current.state = current_state(queries, sweep);
    const auto stages = queries.stages(sweep.sweep_id);
    const auto warm = read_warm_summary(queries, sweep.sweep_id);
    SweepReport report = read_rest(queries, current, stages, warm, rows);
    report.summary = read_summary(queries, current);
    if (report.summary.pruned > 0) {
      SavedEpochs saved;
      queries.for_each_trial(sweep.sweep_id,
                             [&](const storage::TrialRow& trial) { saved.add(trial); });
      report.saved_epochs = saved.sum();
      report.continued = saved.continued();
    }
    report.digest = sweep_digest(queries, sweep.sweep_id);
    if (!report.top.empty()) {
      report.borders =
          border_warnings(stages, report.top.front().params_json, warm ? warm->space_json : "");
    }
    return report;
  });
}

SweepReport read_outline(storage::Queries& queries, const SweepData& data, int rows) {
  return read_stored(queries, data.sweep, [&] {
    SweepReport report = read_rest(queries, data.sweep, data.stages, data.warm, rows);
    report.summary = summary_of(data);
    SavedEpochs saved;
    for (const TrialData& trial : data.trials) {
      saved.add(trial.row);
    }
    report.saved_epochs = saved.sum();
    report.continued = saved.continued();
    return report;
  });
}

SweepReport read_report(storage::Queries& queries,
                        const SweepData& data,
                        int rows,
                        const RankedImportance* importance) {
  return read_stored(queries, data.sweep, [&] {
    SweepReport report = read_outline(queries, data, rows);
    report.digest = sweep_digest(queries, data.sweep.sweep_id);
    AdviceInput input = read_advice_input(queries, data);
    input.importance = importance;
    report.advice = advice(input);
    report.borders = std::move(input.borders);
    return report;
  });
}

}  // namespace hpsearch::reports
