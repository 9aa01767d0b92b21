#include "reports/sweep_story.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/event_text.h"
#include "reports/space_text.h"
#include "reports/table.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::json;

Json detail_of(const std::optional<storage::LogRow>& row) {
  return row ? Json::parse(row->event.detail_json, nullptr, false) : Json();
}

// The trials that a stage trains again: "trials 4, 11 and 2".
std::string carried_text(const Json& detail) {
  std::string text;
  if (detail.is_object() && detail.contains("carried") && detail["carried"].is_array()) {
    for (const Json& number : detail["carried"]) {
      text += (text.empty() ? "" : ", ") + number.dump();
    }
  }
  return text;
}

// Parameter to "shrunk: reason".
std::map<std::string, std::string> axis_texts(const Json& detail) {
  std::map<std::string, std::string> texts;
  if (!detail.is_object() || !detail.contains("axes") || !detail["axes"].is_array()) {
    return texts;
  }
  for (const Json& axis : detail["axes"]) {
    if (axis.is_object()) {
      const std::string reason = axis.value("reason", "");
      texts[axis.value("parameter", "")] = printable(
          fmt::format("{}{}{}", axis.value("action", ""), reason.empty() ? "" : ": ", reason));
    }
  }
  return texts;
}

}  // namespace

SweepStory read_sweep_story(storage::Queries& queries, const storage::SweepRow& sweep) {
  return {read_report(queries, sweep, 1), queries.stages(sweep.sweep_id),
          queries.log(sweep.sweep_id)};
}

std::optional<storage::LogRow> stage_started(const std::vector<storage::LogRow>& log, int stage) {
  std::optional<storage::LogRow> found;
  for (const storage::LogRow& row : log) {
    if (row.event.kind == "stage_started") {
      const Json detail = Json::parse(row.event.detail_json, nullptr, false);
      if (detail.is_object() && detail.value("stage", -1) == stage) {
        found = row;
      }
    }
  }
  return found;
}

std::string stage_text(const storage::StageRow& stage,
                       const std::optional<storage::LogRow>& started) {
  const Json detail = detail_of(started);
  std::string text = fmt::format("stage {}: {} trials", stage.stage, stage.trials);
  if (stage.epochs) {
    text += fmt::format(" of {} epochs", *stage.epochs);
  }
  if (detail.is_object() && detail.contains("points") && detail["points"].is_string()) {
    text += printable(fmt::format(", {} points", detail["points"].get<std::string>()));
  }
  if (const std::string carried = carried_text(detail); !carried.empty()) {
    text += fmt::format(", carried from the stage before: {}", carried);
  }
  text += '\n';
  const auto axes = axis_texts(detail);
  for (const auto& [name, range] : range_texts(stage.space_json)) {
    const auto axis = axes.find(name);
    text += fmt::format("  {}: {}{}\n", printable(name), range,
                        axis == axes.end() ? "" : "; " + axis->second);
  }
  return text;
}

std::string story_text(const SweepStory& story) {
  std::string text = headline(story.report);
  for (const storage::StageRow& stage : story.stages) {
    text += "\n" + stage_text(stage, stage_started(story.log, stage.stage));
  }
  if (!story.log.empty()) {
    text += "\nevents (UTC)\n" + log_text(story.log);
  }
  return text;
}

}  // namespace hpsearch::reports
