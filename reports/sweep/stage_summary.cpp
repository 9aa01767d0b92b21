#include "reports/sweep/stage_summary.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/sweep/space_text.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

std::string headline_of(const StageSummary& stage) {
  std::string text = fmt::format("stage {}: {} trial{}", stage.row.stage, stage.row.trials,
                                 stage.row.trials == 1 ? "" : "s");
  if (stage.row.epochs) {
    text += fmt::format(" of {} epoch{}", *stage.row.epochs, *stage.row.epochs == 1 ? "" : "s");
  }
  if (!stage.begun) {
    return text + ", not started\n";
  }
  if (!stage.carried.empty()) {
    text += fmt::format("; repeats trial{} {}", stage.carried.size() == 1 ? "" : "s",
                        fmt::join(stage.carried, ", "));
  }
  if (!stage.points.empty()) {
    text += fmt::format("{} {}", stage.carried.empty() ? ";" : ", then", stage.points);
  }
  return printable(text) + "\n";
}

}  // namespace

std::vector<StageSummary> summarise_stages(const std::vector<storage::StageRow>& rows,
                                           const std::vector<storage::StageStarted>& begun) {
  std::vector<StageSummary> stages;
  stages.reserve(rows.size());
  for (const storage::StageRow& row : rows) {
    stages.push_back({row, false, "", {}, {}});
  }
  for (const storage::StageStarted& event : begun) {
    const auto at = static_cast<std::size_t>(event.stage);  // beyond all where it is negative
    if (at >= stages.size()) {
      continue;
    }
    StageSummary& stage = stages[at];
    stage.begun = true;
    stage.points = event.points;
    stage.carried = event.carried;
    stage.changes = event.changes;
  }
  return stages;
}

std::string stage_text(const StageSummary& stage) {
  std::string text = headline_of(stage);
  const auto ranges = range_texts(stage.row.space_json);
  std::size_t width = 0;
  std::size_t range_width = 0;
  for (const auto& [name, range] : ranges) {
    width = std::max(width, display_width(printable(name)));
    range_width = std::max(range_width, display_width(range));
  }
  for (const auto& range : ranges) {
    const auto change = std::find_if(stage.changes.begin(), stage.changes.end(),
                                     [&](const auto& c) { return c.parameter == range.first; });
    std::string line =
        fmt::format("  {:{}}  {:{}}", printable(range.first), width, range.second, range_width);
    if (change != stage.changes.end()) {
      line += printable(fmt::format("  {}: {}", change->action, change->reason));
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string stages_text(const std::vector<StageSummary>& stages) {
  std::string text;
  for (const StageSummary& stage : stages) {
    text += stages.size() > 1 ? stage_text(stage) : "";
  }
  return text;
}

}  // namespace hpsearch::reports
