#include "reports/summary/sweep_report.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/digest.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/sweep_list.h"
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

void read_best_trial(storage::Queries& queries,
                     const storage::LeaderboardRow& best,
                     SweepReport& report) {
  for (const storage::MetricRow& metric : queries.metrics(best.trial_id)) {
    if (metric.name.starts_with("test_")) {
      report.test_metrics.push_back(metric);
    }
  }
  for (const storage::ArtifactRow& artifact : queries.artifacts(best.trial_id)) {
    if (artifact.name == "weights") {
      // A copy of the database alone has no files beside it.
      if (const auto file = storage::stored_artifact(queries.path(), artifact.path)) {
        report.weights = {file->string(), artifact.bytes, artifact.sha256};
      }
    }
  }
}

// One run with parallel.deterministic: false is enough to make the sweep's results depend on
// timing.
bool always_deterministic(storage::Queries& queries, std::int64_t sweep_id) {
  const auto runs = storage::events_of<storage::RunStarted>(queries, sweep_id);
  return std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run.deterministic; });
}

// The epochs of trials beyond the number at which the sweep stops, as a limit was lowered or a rule
// ended it: they keep their rows, but are no part of it.
std::int64_t epochs_beyond_stop(storage::Queries& queries,
                                const storage::SweepRow& sweep,
                                const storage::SummaryRow& summary) {
  const bool all_ended =
      summary.trials == summary.complete + summary.pruned + summary.diverged + summary.failed;
  std::int64_t epochs = 0;
  if (!all_ended) {
    queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& trial) {
      epochs += trial.reason == "beyond_stop" ? trial.epochs_done : 0;
    });
  }
  return epochs;
}

// Everything but borders and advice. Requires the state of current_state() in `sweep`.
SweepReport read_rest(storage::Queries& queries,
                      const storage::SweepRow& sweep,
                      const std::vector<storage::StageRow>& stages,
                      const std::optional<WarmSummary>& warm,
                      int rows) {
  SweepReport report;
  report.sweep = sweep;
  report.summary = queries.summary(sweep.name);
  report.summary.epochs -= epochs_beyond_stop(queries, sweep, report.summary);
  report.planned_trials = planned_trials(queries, sweep.sweep_id);
  report.searched = searched_names(stages);
  report.stages =
      summarise_stages(stages, storage::events_of<storage::StageStarted>(queries, sweep.sweep_id));
  report.top = queries.leaderboard(sweep.name, rows);
  if (!report.top.empty()) {
    read_best_trial(queries, report.top.front(), report);
  }
  report.warm = warm;
  report.digest = sweep_digest(queries, sweep.sweep_id);
  report.reproducible = always_deterministic(queries, sweep.sweep_id);
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
    if (!report.top.empty()) {
      report.borders =
          border_warnings(stages, report.top.front().params_json, warm ? warm->space_json : "");
    }
    return report;
  });
}

SweepReport read_report(storage::Queries& queries, const SweepData& data, int rows) {
  return read_stored(queries, data.sweep, [&] {
    SweepReport report = read_rest(queries, data.sweep, data.stages, data.warm, rows);
    AdviceInput input = read_advice_input(queries, data);
    report.advice = advice(input);
    report.borders = std::move(input.borders);
    return report;
  });
}

}  // namespace hpsearch::reports
