#include "reports/sweep_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "reports/digest.h"
#include "reports/sweep_list.h"

namespace hpsearch::reports {
namespace {

// The stages' trials, and of them those that the limit of the last run leaves.
std::int64_t planned_trials(const std::vector<storage::StageRow>& stages,
                            const std::vector<storage::EventRow>& runs) {
  std::int64_t planned = 0;
  for (const storage::StageRow& stage : stages) {
    planned += stage.trials;
  }
  if (!runs.empty()) {
    const auto json = nlohmann::json::parse(runs.back().detail_json, nullptr, false);
    planned = std::min(planned, json.is_object() ? json.value("run_cap", planned) : planned);
  }
  return planned;
}

}  // namespace

SweepReport read_report(storage::Queries& queries, const storage::SweepRow& sweep, int rows) {
  SweepReport report;
  report.sweep = sweep;
  report.sweep.state = current_state(queries, sweep);
  report.summary = queries.summary(sweep.name);
  const auto stages = queries.stages(sweep.sweep_id);
  report.stages = summarise_stages(stages, queries.events(sweep.sweep_id, "stage_started"));
  report.planned_trials = planned_trials(stages, queries.events(sweep.sweep_id, "run_started"));
  if (!stages.empty()) {
    const auto space =
        nlohmann::json::parse(stages.front().space_json);  // must outlive its items()
    for (const auto& [name, range] : space.items()) {
      if (!range.contains("value")) {
        report.searched.push_back(name);
      }
    }
  }
  report.top = queries.leaderboard(sweep.name, rows);
  if (!report.top.empty()) {
    const storage::LeaderboardRow& winner = report.top.front();
    report.borders = border_warnings(stages, winner.params_json);
    for (const storage::MetricRow& metric : queries.metrics(winner.trial_id)) {
      if (metric.name.starts_with("test_")) {
        report.test_metrics.push_back(metric);
      }
    }
  }
  report.digest = sweep_digest(queries, sweep.sweep_id);
  return report;
}

}  // namespace hpsearch::reports
