#include "reports/export/trial_export.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/sweep_list.h"
#include "reports/sweep/trial_course.h"
#include "reports/sweep/trial_json.h"
#include "reports/text/csv_field.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// The state of a trial, given its sweep's state: a killed run leaves `running` behind.
search::TrialState state_of(const storage::TrialRow& trial, storage::SweepState sweep_state) {
  return trial.state == search::TrialState::kRunning && sweep_state != storage::SweepState::kRunning
             ? search::TrialState::kInterrupted
             : trial.state;
}

// One array per column: smaller than an object per epoch, and easy to load as a data frame.
Json epoch_arrays(const std::vector<nn::EpochRecord>& epochs) {
  Json json{{"epoch", Json::array()}};
  for (const nn::EpochRecord& epoch : epochs) {
    json["epoch"].push_back(epoch.epoch);
  }
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    Json& values = json[std::string(column.name)] = Json::array();
    for (const nn::EpochRecord& epoch : epochs) {
      values.push_back(finite(epoch.*column.field));
    }
  }
  return json;
}

Json metric_arrays(const std::vector<storage::MetricRow>& metrics) {
  Json json = Json::object();
  for (const storage::MetricRow& row : metrics) {
    json[row.name]["epoch"].push_back(row.epoch);
    json[row.name]["value"].push_back(finite(row.value));
  }
  return json;
}

std::string number_field(double value) {
  return std::isfinite(value) ? nn::to_text(nn::Value(value)) : "";
}

// Series with one value per epoch that the sweep has besides the epoch columns.
std::vector<std::string> further_columns(storage::Queries& queries,
                                         const storage::SweepRow& sweep) {
  std::vector<std::string> names;
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    names.emplace_back(metric.name);
  }
  const bool known = nn::find_epoch_column(sweep.metric) != nullptr ||
                     std::find(names.begin(), names.end(), sweep.metric) != names.end();
  if (!known) {
    names.push_back(sweep.metric);
  }
  std::erase_if(names,
                [&](const std::string& name) { return !queries.has_metric(sweep.sweep_id, name); });
  return names;
}

}  // namespace

void write_trial_lines(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const TextSink& out) {
  const storage::SweepState state = current_state(queries, sweep);
  const storage::Remarks remarks = queries.remarks(sweep.sweep_id);
  queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& t) {
    Json json = trial_fields(sweep, t, state_of(t, state));
    json["started_at"] = or_null(t.started_at);
    json["tags"] = tags_json(remarks, t.number);
    json["notes"] = notes_json(remarks, t.number);
    const TrialCourse course = read_course(queries, t);
    json["epochs"] = epoch_arrays(course.epochs);
    json["metrics"] = metric_arrays(course.metrics);
    if (course.folds > 0) {
      json[course.in_folds ? "folds" : "replicates"] = course.folds;
    }
    out(json_line(json));
  });
}

void write_epoch_csv(storage::Queries& queries,
                     const storage::SweepRow& sweep,
                     const TextSink& out) {
  const storage::SweepState state = current_state(queries, sweep);
  const std::vector<std::string> further = further_columns(queries, sweep);
  std::string header = "trial,state,epoch";
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    header += fmt::format(",{}", column.name);
  }
  for (const std::string& name : further) {
    header += "," + csv_field(name);
  }
  out(header + "\r\n");
  queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& t) {
    const TrialCourse course = read_course(queries, t);
    // These series are sparse: an epoch without a value gets an empty field.
    std::vector<std::map<int, double>> series(further.size());
    for (const storage::MetricRow& row : course.metrics) {
      const auto found = std::find(further.begin(), further.end(), row.name);
      if (found != further.end()) {
        series[static_cast<std::size_t>(found - further.begin())].emplace(row.epoch, row.value);
      }
    }
    // One trial at a time, so that memory does not grow with the sweep. RFC 4180 prescribes CRLF.
    std::string lines;
    for (const nn::EpochRecord& epoch : course.epochs) {
      lines += fmt::format("{},{},{}", t.number, search::to_text(state_of(t, state)), epoch.epoch);
      for (const nn::EpochColumn& column : nn::kEpochColumns) {
        lines += "," + number_field(epoch.*column.field);
      }
      for (const auto& values : series) {
        const auto found = values.find(epoch.epoch);
        lines += "," + (found == values.end() ? "" : number_field(found->second));
      }
      lines += "\r\n";
    }
    out(lines);
  });
}

}  // namespace hpsearch::reports
