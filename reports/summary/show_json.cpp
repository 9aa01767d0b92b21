#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/stage_json.h"
#include "reports/sweep/trial_json.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// Events keep the detail they were stored with; the text report puts it into words.
Json log_json(const std::vector<storage::LogRow>& log) {
  Json events = Json::array();
  for (const storage::LogRow& row : log) {
    events.push_back({{"at", row.at},
                      {"trial", or_null(row.trial)},
                      {"kind", row.event.kind},
                      {"detail", stored_json(row.event.detail_json)}});
  }
  return events;
}

// Columns under the names that they have in the database.
Json epoch_json(const nn::EpochRecord& e) {
  Json json{{"epoch", e.epoch}};
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    json[std::string(column.name)] = finite(e.*column.field);
  }
  return json;
}

}  // namespace

std::string trial_json(const TrialReport& r) {
  const storage::TrialRow& t = r.trial;
  Json json = trial_fields(r.sweep, t, t.state);
  json["trial_id"] = t.trial_id;
  json["rank"] = or_null(r.rank);
  json["violation"] = t.violation;
  json["worker"] = or_null(t.worker);
  json["tags"] = tags_json(r.remarks, t.number);
  json["notes"] = notes_json(r.remarks, t.number);
  json["units"] = Json::object();
  json["epochs"] = Json::array();
  json["metrics"] = Json::array();
  json["events"] = log_json(r.log);
  json["box"] = r.stage ? stage_json(*r.stage) : Json(nullptr);
  json["predictions"] =
      r.predictions ? nn::parse_ordered_json(to_json(*r.predictions)) : Json(nullptr);
  // Places of the parameters in their ranges, 0 to 1.
  for (const auto& [name, unit] : r.units) {
    json["units"][name] = unit;
  }
  if (!r.folds.empty()) {
    Json& trainings = json[r.in_folds() ? "folds" : "replicates"] = Json::array();
    for (const storage::ReplicateRow& fold : r.folds) {
      Json one{{r.in_folds() ? "fold" : "replicate", fold.fold.value_or(fold.replicate)},
               {"state", fold.state},
               {"value", or_null(fold.value)},
               {"best_epoch", or_null(fold.best_epoch)},
               {"epochs_done", fold.epochs_done},
               {"seconds", or_null(fold.seconds)},
               {"seed", fold.seed}};
      if (!r.test_of_folds.empty()) {
        one["test"] = or_null(r.test_of_folds[trainings.size()]);
      }
      trainings.push_back(std::move(one));
    }
  }
  // Of folds the means over those that have the epoch.
  for (std::size_t i = 0; i < r.course.epochs.size(); ++i) {
    json["epochs"].push_back(epoch_json(r.course.epochs[i]));
    if (!r.folds.empty()) {
      json["epochs"].back()[r.in_folds() ? "folds" : "replicates"] = r.course.trainings[i];
    }
  }
  for (const storage::MetricRow& row : r.course.metrics) {
    json["metrics"].push_back(
        {{"epoch", row.epoch}, {"name", row.name}, {"value", finite(row.value)}});
  }
  return json_line(json);
}

std::string story_json(const SweepStory& story) {
  const SweepReport& r = story.report;
  Json json{{"format", kJsonFormat},
            {"sweep", r.sweep.name},
            {"method", r.sweep.method},
            {"metric", r.sweep.metric},
            {"goal", r.sweep.goal},
            {"seed", r.sweep.seed},
            {"state", r.sweep.state},
            {"stop_reason", or_null(r.sweep.stop_reason)},
            {"created_at", r.sweep.created_at},
            {"finished_at", or_null(r.sweep.finished_at)},
            {"digest", r.digest},
            {"reproducible", r.reproducible},
            {"archived_at", or_null(r.sweep.archived_at)},
            {"tags", all_tags_json(r.remarks)},
            {"notes", all_notes_json(r.remarks)},
            {"stages", Json::array()},
            {"events", log_json(story.log)}};
  for (const StageSummary& stage : story.report.stages) {
    json["stages"].push_back(stage_json(stage));
  }
  return json_line(json);
}

}  // namespace hpsearch::reports
