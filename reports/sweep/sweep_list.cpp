#include "reports/sweep/sweep_list.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/utf8.h"
#include "reports/sweep/remark_text.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/paint.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "storage/events.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// Truncates long names, which would leave no room for the other columns.
std::string short_name(const std::string& name) {
  constexpr std::size_t kLongest = 40;
  std::size_t end = 0;
  for (std::size_t n = 0; n < kLongest && end < name.size(); ++n) {
    end += code_point_at(name, end).size;
  }
  return printable(end < name.size() ? name.substr(0, end) + "..." : name);
}

// "complete", "shard 1/4" where that is trained, "shard 1/4, interrupted", "complete, archived".
std::string state_text(const SweepListRow& row) {
  const std::string state(to_text(row.sweep.state));
  const char* archived = row.sweep.archived_at ? ", archived" : "";
  if (!row.shard) {
    return state + archived;
  }
  const bool trained = is_trained_shard(row.sweep);
  return fmt::format("shard {}{}{}{}", to_text(*row.shard), trained ? "" : ", ",
                     trained ? "" : state, archived);
}

// {"index": 1, "count": 4}
Json shard_json(const std::optional<storage::Shard>& shard) {
  return shard ? Json{{"index", shard->index}, {"count", shard->count}} : Json(nullptr);
}

}  // namespace

storage::SweepState current_state(storage::Queries& queries, const storage::SweepRow& sweep) {
  const bool left_behind =
      sweep.state == storage::SweepState::kRunning && !queries.is_being_run(sweep.sweep_id);
  return left_behind ? storage::SweepState::kInterrupted : sweep.state;
}

bool is_trained_shard(const storage::SweepRow& sweep) {
  return sweep.state == storage::SweepState::kInterrupted &&
         (sweep.stop_reason == storage::StopReason::kRunCap ||
          sweep.stop_reason == storage::StopReason::kSpace);
}

std::optional<storage::Shard> shard_of(storage::Queries& queries, std::int64_t sweep_id) {
  const auto events = storage::events_of<storage::Sharded>(queries, sweep_id);
  return events.empty() ? std::nullopt : std::optional(events.back().shard);
}

std::int64_t planned_trials(storage::Queries& queries, std::int64_t sweep_id) {
  std::int64_t planned = 0;
  for (const storage::StageRow& stage : queries.stages(sweep_id)) {
    planned += stage.trials;
  }
  // The limit may be lowered when a sweep is resumed, so the last run decides.
  const auto runs = storage::events_of<storage::RunStarted>(queries, sweep_id);
  planned = runs.empty() ? planned : std::min(planned, runs.back().run_cap);
  const auto shard = shard_of(queries, sweep_id);
  return shard ? static_cast<std::int64_t>(shard->size(static_cast<std::uint64_t>(planned)))
               : planned;
}

std::vector<SweepListRow> read_sweep_list(storage::Queries& queries) {
  std::vector<SweepListRow> rows;
  for (storage::SweepRow& sweep : queries.sweeps()) {
    sweep.state = current_state(queries, sweep);
    rows.push_back({sweep, queries.summary(sweep.name), planned_trials(queries, sweep.sweep_id),
                    shard_of(queries, sweep.sweep_id), queries.remarks(sweep.sweep_id)});
  }
  return rows;
}

std::string sweep_list_text(const std::vector<SweepListRow>& rows, std::size_t width) {
  std::vector<TableColumn> columns{{"sweep", Align::kLeft}, {"method", Align::kLeft},
                                   {"state", Align::kLeft}, {"trials"},
                                   {"best", Align::kLeft},  {"created (UTC)"}};
  for (const SweepListRow& row : rows) {
    const auto& best = row.summary.best;
    columns[0].cells.push_back(short_name(row.sweep.name));
    columns[1].cells.push_back(printable(row.sweep.method));
    columns[2].cells.push_back(state_text(row));
    columns[2].paints.push_back(row.shard ? Paint::kNone
                                          : paint_of_state(to_text(row.sweep.state)));
    // Ended trials out of planned ones.
    columns[3].cells.push_back(fmt::format("{}/{}", row.done(), row.planned_trials));
    columns[4].cells.push_back(
        best ? printable(fmt::format("{} {}", row.sweep.metric, short_number(*best))) : "-");
    // 2026-01-31T23:59:59.123Z
    std::string minute = row.sweep.created_at.substr(0, 16);
    std::replace(minute.begin(), minute.end(), 'T', ' ');
    columns[5].cells.push_back(printable(minute));
  }
  TableColumn tags{"tags", Align::kLeft};
  bool any = false;
  for (const SweepListRow& row : rows) {
    tags.cells.push_back(tags_text(row.remarks.tags_of({})));
    any = any || !tags.cells.back().empty();
  }
  if (any) {
    // Where not all fits, the last column goes.
    columns.insert(columns.end() - 1, std::move(tags));
  }
  return format_table(columns, width);
}

std::string sweep_list_json(const std::vector<SweepListRow>& rows) {
  Json json{{"format", kJsonFormat}, {"sweeps", Json::array()}};
  for (const SweepListRow& row : rows) {
    json["sweeps"].push_back({{"sweep", row.sweep.name},
                              {"method", row.sweep.method},
                              {"state", row.sweep.state},
                              {"stop_reason", or_null(row.sweep.stop_reason)},
                              {"shard", shard_json(row.shard)},
                              {"metric", row.sweep.metric},
                              {"goal", row.sweep.goal},
                              {"seed", row.sweep.seed},
                              {"trials",
                               {{"planned", row.planned_trials},
                                {"started", row.summary.trials},
                                {"complete", row.summary.complete},
                                {"pruned", row.summary.pruned},
                                {"diverged", row.summary.diverged},
                                {"failed", row.summary.failed}}},
                              {"epochs", row.summary.epochs},
                              {"best", or_null(row.summary.best)},
                              {"created_at", row.sweep.created_at},
                              {"finished_at", or_null(row.sweep.finished_at)},
                              {"active_seconds", row.sweep.active_seconds},
                              {"archived_at", or_null(row.sweep.archived_at)},
                              {"tags", tags_json(row.remarks, {})},
                              {"notes", notes_json(row.remarks, {})}});
  }
  return json_line(json);
}

}  // namespace hpsearch::reports
