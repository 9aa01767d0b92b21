#include <optional>

#include "reports/sweep/sweep_list.h"

namespace hpsearch::reports {
namespace {

std::string number(const std::optional<double>& value, Digits digits) {
  return value ? number_text(*value, digits) : "";
}

}  // namespace

TextTable sweep_list_table(const std::vector<SweepListRow>& rows, Digits digits) {
  TextTable table{
      {"sweep", "method",  "state",   "stop_reason", "shard",       "metric",        "goal",
       "seed",  "planned", "started", "complete",    "pruned",      "diverged",      "failed",
       "done",  "epochs",  "best",    "created_at",  "finished_at", "active_seconds"},
      {}};
  for (const SweepListRow& row : rows) {
    const storage::SweepRow& sweep = row.sweep;
    const storage::SummaryRow& summary = row.summary;
    table.rows.push_back({sweep.name,
                          sweep.method,
                          std::string(to_text(sweep.state)),
                          sweep.stop_reason ? std::string(to_text(*sweep.stop_reason)) : "",
                          row.shard ? to_text(*row.shard) : "",
                          sweep.metric,
                          sweep.goal,
                          std::to_string(sweep.seed),
                          std::to_string(row.planned_trials),
                          std::to_string(summary.trials),
                          std::to_string(summary.complete),
                          std::to_string(summary.pruned),
                          std::to_string(summary.diverged),
                          std::to_string(summary.failed),
                          std::to_string(row.done()),
                          std::to_string(summary.epochs),
                          number(summary.best, digits),
                          sweep.created_at,
                          sweep.finished_at.value_or(""),
                          number(sweep.active_seconds, digits)});
  }
  return table;
}

}  // namespace hpsearch::reports
