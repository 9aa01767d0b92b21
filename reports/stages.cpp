#include "reports/stages.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "reports/table.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::json;

std::string headline_of(const StageSummary& stage) {
  std::string text = fmt::format("stage {}: {} trials", stage.row.stage, stage.row.trials);
  if (stage.row.epochs) {
    text += fmt::format(" of {} epoch{}", *stage.row.epochs, *stage.row.epochs == 1 ? "" : "s");
  }
  if (!stage.begun) {
    return text + ", not begun\n";
  }
  if (!stage.carried.empty()) {
    text += fmt::format("; first trial{} {} again", stage.carried.size() == 1 ? "" : "s",
                        fmt::join(stage.carried, ", "));
  }
  return text + fmt::format("{} {}\n", stage.carried.empty() ? ";" : ", then", stage.points);
}

}  // namespace

std::vector<StageSummary> summarise_stages(const std::vector<storage::StageRow>& rows,
                                           const std::vector<storage::EventRow>& begun) {
  std::vector<StageSummary> stages;
  for (const storage::StageRow& row : rows) {
    stages.push_back({row, false, "", {}, {}});
  }
  for (const storage::EventRow& event : begun) {
    const Json json = Json::parse(event.detail_json, nullptr, false);
    const auto at = json.is_object() ? json.value("stage", std::size_t{0}) : stages.size();
    if (at >= stages.size()) {
      continue;
    }
    StageSummary& stage = stages[at];
    stage.begun = true;
    stage.points = json.value("points", "");
    stage.carried = json.value("carried", std::vector<std::uint64_t>{});
    stage.changes.clear();
    for (const Json& axis : json.value("axes", Json::array())) {
      stage.changes.push_back(
          {axis.value("parameter", ""), axis.value("action", ""), axis.value("reason", "")});
    }
  }
  return stages;
}

std::string range_text(const std::string& space_json, const std::string& parameter) {
  const Json space = Json::parse(space_json, nullptr, false);
  const auto range = space.find(parameter);
  if (range == space.end()) {
    return "";
  }
  if (range->contains("min")) {
    return fmt::format("{} to {}", short_number((*range)["min"].get<double>()),
                       short_number((*range)["max"].get<double>()));
  }
  std::string text;
  for (const Json& value : range->value("values", Json::array())) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ",
                        value.is_string() ? value.get<std::string>() : value.dump());
  }
  return printable(text);
}

std::string stages_text(const std::vector<StageSummary>& stages) {
  std::string text;
  if (stages.size() < 2) {
    return text;
  }
  for (const StageSummary& stage : stages) {
    text += headline_of(stage);
    std::size_t width = 0;
    std::size_t range_width = 0;
    for (const search::AxisChange& change : stage.changes) {
      width = std::max(width, display_width(printable(change.parameter)));
      range_width =
          std::max(range_width, display_width(range_text(stage.row.space_json, change.parameter)));
    }
    for (const search::AxisChange& change : stage.changes) {
      text += fmt::format("  {:{}}  {:{}}  {}: {}\n", printable(change.parameter), width,
                          range_text(stage.row.space_json, change.parameter), range_width,
                          change.action, printable(change.reason));
    }
  }
  return text;
}

}  // namespace hpsearch::reports
