#include "reports/summary/sweep_report.h"

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/digest.h"
#include "reports/sweep/sweep_list.h"
#include "storage/artifacts.h"

namespace hpsearch::reports {
SweepReport read_report(storage::Queries& queries, const storage::SweepRow& sweep, int rows) {
  SweepReport report;
  report.sweep = sweep;
  report.sweep.state = current_state(queries, sweep);
  report.summary = queries.summary(sweep.name);
  const auto stages = queries.stages(sweep.sweep_id);
  report.stages = summarise_stages(stages, queries.events(sweep.sweep_id, "stage_started"));
  report.warm = read_warm_summary(queries, sweep.sweep_id);
  report.planned_trials = planned_trials(queries, sweep.sweep_id);
  if (!stages.empty()) {
    const auto space = nn::parse_json(stages.front().space_json);  // must outlive its items()
    for (const auto& [name, range] : space.items()) {
      if (!range.contains("value")) {
        report.searched.push_back(name);
      }
    }
  }
  report.top = queries.leaderboard(sweep.name, rows);
  if (!report.top.empty()) {
    const storage::LeaderboardRow& winner = report.top.front();
    report.borders =
        border_warnings(stages, winner.params_json, report.warm ? report.warm->space_json : "");
    for (const storage::MetricRow& metric : queries.metrics(winner.trial_id)) {
      if (metric.name.starts_with("test_")) {
        report.test_metrics.push_back(metric);
      }
    }
    for (const storage::ArtifactRow& artifact : queries.artifacts(winner.trial_id)) {
      if (artifact.name == "weights") {
        const auto file = storage::artifact_file(queries.path(), artifact.path);
        report.weights = {file.string(), artifact.bytes, artifact.sha256};
      }
    }
  }
  report.digest = sweep_digest(queries, sweep.sweep_id);
  for (const storage::EventRow& run : queries.events(sweep.sweep_id, "run_started")) {
    const auto detail = nn::parse_json(run.detail_json);
    report.reproducible =
        report.reproducible && (!detail.is_object() || detail.value("deterministic", true));
  }
  return report;
}

}  // namespace hpsearch::reports
