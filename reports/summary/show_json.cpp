#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/sweep/stage_json.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// JSON from the database as JSON; a string if it does not parse.
Json stored(const std::string& text) {
  Json json = nn::parse_ordered_json(text);
  return json.is_discarded() ? Json(text) : json;
}

// Events keep the detail they were stored with; the text report puts it into words.
Json log_json(const std::vector<storage::LogRow>& log) {
  Json events = Json::array();
  for (const storage::LogRow& row : log) {
    events.push_back({{"at", row.at},
                      {"trial", or_null(row.trial)},
                      {"kind", row.event.kind},
                      {"detail", stored(row.event.detail_json)}});
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
  Json json{{"format", kJsonFormat},
            {"sweep", r.sweep.name},
            {"metric", r.sweep.metric},
            {"goal", r.sweep.goal},
            {"trial", t.number},
            {"trial_id", t.trial_id},
            {"state", search::to_text(t.state)},
            {"reason", or_null(t.reason)},
            {"rank", or_null(r.rank)},
            {"value", or_null(t.value)},
            {"best_epoch", or_null(t.best_epoch)},
            {"epochs_done", t.epochs_done},
            {"epochs_planned", t.epochs},
            {"stage", t.stage},
            {"origin", t.origin},
            {"parent", or_null(t.parent)},
            {"seed", t.seed},
            {"attempt", t.attempt},
            {"seconds", or_null(t.seconds)},
            {"worker", or_null(t.worker)},
            {"finished_at", or_null(t.finished_at)},
            {"params", stored(t.params_json)},
            {"units", Json::object()},
            {"epochs", Json::array()},
            {"metrics", Json::array()},
            {"events", log_json(r.log)},
            {"box", r.stage ? stage_json(*r.stage) : Json(nullptr)},
            {"predictions",
             r.predictions ? nn::parse_ordered_json(to_json(*r.predictions)) : Json(nullptr)}};
  // Places of the parameters in their ranges, 0 to 1.
  for (const auto& [name, unit] : r.units) {
    json["units"][name] = unit;
  }
  for (const nn::EpochRecord& epoch : r.epochs) {
    json["epochs"].push_back(epoch_json(epoch));
  }
  for (const storage::MetricRow& row : r.metrics) {
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
            {"stages", Json::array()},
            {"events", log_json(story.log)}};
  for (const StageSummary& stage : story.report.stages) {
    json["stages"].push_back(stage_json(stage));
  }
  return json_line(json);
}

}  // namespace hpsearch::reports
