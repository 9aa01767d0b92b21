#include <map>
#include <string>

#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/sweep/event_text.h"

namespace hpsearch::reports {
namespace {

std::string cell(double value, Digits digits) {
  const std::string full = full_number(value);  // empty where there is no number
  return full.empty() ? full : number_text(value, digits);
}

}  // namespace

TextTable trial_table(const TrialReport& report, Digits digits) {
  // Epoch 0, before the training, has no row: it has none of the columns either.
  std::map<std::string, std::map<int, double>> series;
  for (const storage::MetricRow& row : report.course.metrics) {
    if (row.epoch > 0) {
      series[row.name].emplace(row.epoch, row.value);
    }
  }
  TextTable table{{"epoch"}, {}};
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    table.columns.emplace_back(column.name);
  }
  for (const auto& [name, values] : series) {
    table.columns.push_back(name);
  }
  for (const nn::EpochRecord& epoch : report.course.epochs) {
    auto& cells = table.rows.emplace_back();
    cells.push_back(std::to_string(epoch.epoch));
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      cells.push_back(cell(epoch.*column.field, digits));
    }
    for (const auto& [name, values] : series) {
      const auto found = values.find(epoch.epoch);
      cells.push_back(found == values.end() ? "" : cell(found->second, digits));
    }
  }
  return table;
}

TextTable story_table(const SweepStory& story) {
  TextTable table{{"at", "trial", "kind", "event"}, {}};
  for (const storage::LogRow& row : story.log) {
    table.rows.push_back({row.at, row.trial ? std::to_string(*row.trial) : "", row.event.kind,
                          event_text(row.event)});
  }
  return table;
}

}  // namespace hpsearch::reports
