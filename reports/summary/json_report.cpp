#include <algorithm>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/advice_json.h"
#include "reports/summary/ensemble_report.h"
#include "reports/summary/sweep_report.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/stage_json.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// Keys of this file are a public interface: additions are fine, renames and removals raise
// kJsonFormat.
Json trial_json(const storage::LeaderboardRow& row) {
  return {{"rank", row.rank},
          {"trial", row.trial},
          {"trial_id", row.trial_id},
          {"value", row.value},
          {"best_epoch", row.best_epoch == 0 ? Json(nullptr) : Json(row.best_epoch)},
          {"epochs_done", row.epochs_done},
          {"stage", row.stage},
          {"seconds", row.seconds},
          {"seed", row.seed},
          {"replicates", row.replicates},
          {"deviation", or_null(row.deviation)},
          {"standard_error", or_null(row.standard_error)},
          {"violation", row.violation},
          {"params", nn::parse_ordered_json(row.params_json)}};
}

// A row of --where or --sort: the columns of the view under their own names.
Json row_json(const storage::TrialTable& table, std::size_t row) {
  Json json = Json::object();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    json[table.columns[i]] = std::visit(
        [](const auto& cell) -> Json {
          if constexpr (std::is_same_v<std::decay_t<decltype(cell)>, nn::NullValue>) {
            // NULL in the view.
            return nullptr;
          } else {
            return cell;
          }
        },
        table.rows[row][i]);
  }
  return json;
}

Json warm_json(const std::optional<WarmSummary>& warm) {
  return warm ? Json{{"database", warm->database},
                     {"sweep", warm->sweep},
                     {"trials", warm->trials},
                     {"used", warm->used}}
              : Json(nullptr);
}

Json closest_call_json(const SweepReport& report) {
  if (!report.closest_call) {
    return nullptr;
  }
  return {{"pruner", report.closest_call->pruner},
          {"rung", report.closest_call->iteration},
          {"rank", report.closest_call->rank},
          {"of", report.closest_call->of}};
}

}  // namespace

std::string json_report(const SweepReport& report,
                        const std::optional<std::string>& yaml,
                        const storage::TrialTable* selected,
                        std::size_t rows) {
  const storage::SummaryRow& s = report.summary;
  Json json{
      {"format", kJsonFormat},
      {"sweep", report.sweep.name},
      {"method", report.sweep.method},
      {"metric", report.sweep.metric},
      {"goal", report.sweep.goal},
      {"seed", report.sweep.seed},
      {"state", report.sweep.state},
      {"stop_reason", or_null(report.sweep.stop_reason)},
      {"shard", report.shard ? Json{{"index", report.shard->index}, {"count", report.shard->count}}
                             : Json(nullptr)},
      {"created_at", report.sweep.created_at},
      {"finished_at", or_null(report.sweep.finished_at)},
      {"active_seconds", report.sweep.active_seconds},
      {"archived_at", or_null(report.sweep.archived_at)},
      {"tags", all_tags_json(report.remarks)},
      {"notes", all_notes_json(report.remarks)},
      {"trials",
       {{"planned", report.planned_trials},
        {"started", s.trials},
        {"complete", s.complete},
        {"pruned", s.pruned},
        {"diverged", s.diverged},
        {"failed", s.failed}}},
      {"epochs", s.epochs},
      {"saved_epochs", report.saved_epochs},
      {"closest_call", closest_call_json(report)},
      {"warm_start", warm_json(report.warm)},
      {"digest", report.digest},
      {"reproducible", report.reproducible},
      {"best", nullptr},
      {"test", nullptr},
      {"weights", nullptr},
      {"explanation", nullptr}};
  if (!report.top.empty()) {
    json["best"] = trial_json(report.top.front());
    if (!report.best_folds.empty()) {
      json["best"][report.in_folds ? "folds" : "replicate_values"] = report.best_folds;
    }
    if (report.duel) {
      json["duel"] = nn::parse_ordered_json(to_json(*report.duel));
    }
  }
  if (!report.test_metrics.empty()) {
    json["test"] = Json::object();
    for (const storage::MetricRow& metric : report.test_metrics) {
      json["test"][metric.name] = finite(metric.value);
    }
  }
  if (!report.test_of_replicates.empty()) {
    json["test_replicates"] = Json::array();
    for (const auto& replicate : report.test_of_replicates) {
      Json& one = json["test_replicates"].emplace_back(Json::object());
      for (const storage::MetricRow& metric : replicate) {
        one["epoch"] = metric.epoch;
        one[metric.name] = finite(metric.value);
      }
    }
  }
  if (report.weights) {
    json["weights"] = {{"path", report.weights->path},
                       {"bytes", report.weights->bytes},
                       {"sha256", report.weights->sha256}};
  }
  if (report.ensemble) {
    json["ensemble"] = ensemble_json(*report.ensemble);
  }
  if (report.explanation) {
    json["explanation"] = to_json(*report.explanation);
  }
  json["stages"] = Json::array();
  for (const StageSummary& stage : report.stages) {
    json["stages"].push_back(stage_json(stage));
  }
  json["warnings"] = Json::array();
  for (const BorderWarning& border : report.borders) {
    json["warnings"].push_back({{"kind", "border"},
                                {"parameter", border.parameter},
                                {"edge", border.upper ? "upper" : "lower"},
                                {"text", to_text(border)},
                                {"yaml", border.yaml}});
  }
  json["advice"] = advice_json(report.advice);
  // `report --best --json`: the sweep file takes the leaderboard's place.
  if (yaml) {
    json["yaml"] = *yaml;
    json["repeat"] = report.repeat;
  } else {
    json["leaderboard"] = Json::array();
    for (const storage::LeaderboardRow& row : report.top) {
      json["leaderboard"].push_back(trial_json(row));
    }
  }
  // --where and --sort add their rows to the report.
  if (selected != nullptr) {
    json["rows"] = Json::array();
    for (std::size_t i = 0; i < std::min(rows, selected->rows.size()); ++i) {
      json["rows"].push_back(row_json(*selected, i));
    }
  }
  return json_line(json);
}

}  // namespace hpsearch::reports
