#include "reports/page/page_json.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/advice_json.h"
#include "reports/findings/noise.h"
#include "reports/page/page_curves.h"
#include "reports/page/page_pictures.h"
#include "reports/page/page_statistics.h"
#include "reports/page/page_surfaces.h"
#include "reports/summary/ensemble_report.h"
#include "reports/sweep/event_text.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/stage_json.h"
#include "reports/text/json_text.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return nn::json_text(json);
}

// JSON from the database; null if it is damaged.
Json stored_json(const std::string& text) {
  Json json = nn::parse_ordered_json(text);
  return json.is_discarded() ? Json() : json;
}

// The digits of these few numbers stay exact: they are read, not only drawn.
Json sweep_json(const SweepReport& report) {
  const storage::SweepRow& sweep = report.sweep;
  const storage::SummaryRow& s = report.summary;
  return {{"name", sweep.name},
          {"method", sweep.method},
          {"metric", sweep.metric},
          {"goal", sweep.goal},
          {"seed", sweep.seed},
          {"state", sweep.state},
          {"stop_reason", or_null(sweep.stop_reason)},
          {"created_at", sweep.created_at},
          {"finished_at", or_null(sweep.finished_at)},
          {"active_seconds", sweep.active_seconds},
          {"warm_start", report.warm ? Json(to_text(*report.warm)) : Json()},
          {"digest", report.digest.empty() ? Json() : Json(report.digest)},
          {"yaml", sweep.config_yaml},
          {"data", stored_json(sweep.data_json)},
          {"host", sweep.host_json ? stored_json(*sweep.host_json) : Json()},
          {"planned", report.planned_trials},
          {"complete", s.complete},
          {"violating", s.violating},
          {"pruned", s.pruned},
          {"diverged", s.diverged},
          {"failed", s.failed},
          {"epochs", s.epochs},
          {"archived_at", or_null(sweep.archived_at)},
          {"tags", all_tags_json(report.remarks)},
          {"notes", all_notes_json(report.remarks)}};
}

Json best_json(const PageInput& input) {
  if (input.report.top.empty()) {
    return nullptr;
  }
  const storage::LeaderboardRow& best = input.report.top.front();
  Json test = Json::object();
  for (const storage::MetricRow& metric : input.report.test_metrics) {
    test[metric.name] = finite(metric.value);
  }
  return {
      {"trial", best.trial},
      {"value", best.value},
      {"best_epoch", best.best_epoch},
      {"folds", input.report.best_folds},
      {"replicates", best.replicates},
      {"deviation", or_null(best.deviation)},
      {"standard_error", or_null(best.standard_error)},
      {"duel", input.report.duel ? nn::parse_ordered_json(to_json(*input.report.duel)) : Json()},
      {"ensemble", input.report.ensemble ? ensemble_json(*input.report.ensemble) : Json()},
      {"epochs_done", best.epochs_done},
      {"seconds", best.seconds},
      {"seed", best.seed},
      {"params", nn::parse_ordered_json(best.params_json)},
      {"test", test},
      {"weights", input.report.weights ? Json(input.report.weights->path) : Json()},
      {"yaml", or_null(input.best_yaml)},
      {"repeat", input.report.repeat}};
}

// Axes of the page's charts: scale, range and, for numbers, the written range whose edges are
// shaded.
Json parameters_json(const SweepData& data) {
  Json list = Json::array();
  for (const SearchedParameter& p : data.parameters) {
    Json json{{"name", p.name}, {"numeric", p.numeric}};
    if (p.numeric) {
      json["log"] = p.logarithmic;
      json["integer"] = p.integer;
      json["low"] = p.low;
      json["high"] = p.high;
      json["written"] = {finite(p.written_low), finite(p.written_high)};
    } else {
      json["choices"] = Json::array();
      for (const nn::Value& choice : p.choices) {
        json["choices"].push_back(nn::to_text(choice));
      }
    }
    list.push_back(std::move(json));
  }
  return list;
}

// The standard error of the best value, if its folds or the number of validation rows tell it.
Json noise_json(const PageInput& input) {
  const SweepData& data = input.data;
  if (data.ranked.empty()) {
    return nullptr;
  }
  if (input.report.best_folds.size() > 1) {
    const Noise noise = noise_of_folds(input.report.best_folds);
    return {{"standard_error", noise.deviation},
            {input.report.in_folds ? "folds" : "seeds", noise.rows}};
  }
  const Noise noise = noise_of(data.sweep.metric, *data.trials[data.ranked.front()].row.value,
                               validation_rows(data.sweep.data_json), {});
  return noise.source == Noise::Source::kRows
             ? Json{{"standard_error", noise.deviation}, {"rows", noise.rows}}
             : Json(nullptr);
}

Json stages_of(const SweepReport& report) {
  Json list = Json::array();
  for (const StageSummary& stage : report.stages) {
    list.push_back(stage_json(stage));
  }
  return list;
}

}  // namespace

std::string members_of_statistics(const SweepData& data, const RankedImportance& ranked) {
  return fmt::format("{},\"surfaces\":{}", page_statistics(data, ranked), page_surfaces(data));
}

std::string page_json(storage::Queries& queries, const PageInput& input) {
  const SweepData& data = input.data;
  // Assembled as text: a JSON tree of all curves would take far more memory.
  std::string json = fmt::format("{{\"sweep\":{},\"best\":{},\"parameters\":{},\"stages\":{}",
                                 dump(sweep_json(input.report)), dump(best_json(input)),
                                 dump(parameters_json(data)), dump(stages_of(input.report)));
  json += fmt::format(",\"noise\":{},\"statisticsPending\":{}", dump(noise_json(input)),
                      input.statistics.empty());
  json += fmt::format(",\"trials\":{},\"ranked\":", input.trials.json());
  append_array(json, data.ranked,
               [](std::string& text, std::size_t index) { text += std::to_string(index); });
  json += fmt::format(",\"curves\":{},", page_curves(queries, data));
  json += input.statistics.empty() ? "\"importance\":null,\"expected_best\":[],\"surfaces\":[]"
                                   : input.statistics;
  return json + fmt::format(",\"pictures\":{}}}", page_pictures(queries, data.sweep));
}

std::string with_advice(std::string json, const std::vector<Advice>& advice) {
  json.pop_back();
  return std::move(json) + fmt::format(",\"advice\":{}}}", dump(advice_json(advice)));
}

}  // namespace hpsearch::reports
