#include "reports/export/tensorboard_export.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "reports/export/event_file.h"
#include "reports/sweep/parameter_domain.h"
#include "reports/sweep/sweep_data.h"
#include "reports/sweep/trial_course.h"

namespace hpsearch::reports {
namespace {

using search::TrialState;

// Field numbers of HParamsPluginData's messages. Each is looked up under a fixed tag.
constexpr unsigned kExperiment = 2;
constexpr unsigned kSessionStart = 3;
constexpr unsigned kSessionEnd = 4;

// DataType of tensorboard/plugins/hparams/api.proto.
enum DataType : int { kText = 1, kBool = 2, kNumber = 3 };

// "2026-01-31T23:59:59.123Z" as seconds since 1970; 0 if it is not a time.
double seconds_of(const std::string& time) {
  std::tm parts{};
  int milliseconds = 0;
  if (std::sscanf(time.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec,
                  &milliseconds) != 7) {
    return 0.0;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return static_cast<double>(timegm(&parts)) + milliseconds / 1000.0;
}

// String fields must be valid UTF-8, or no program can parse the message.
std::string valid_utf8(const std::string& text) {
  std::string valid;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    valid += c.valid ? text.substr(i, c.size) : "?";
    i += c.size;
  }
  return valid;
}

// google.protobuf.Value: number_value 2, string_value 3, bool_value 4.
ProtoMessage proto_value(const nn::Value& value) {
  const nn::Value flat = flat_value(value);
  if (const bool* truth = std::get_if<bool>(&flat)) {
    return ProtoMessage().integer(4, *truth ? 1 : 0);
  }
  return flat.is_number() ? ProtoMessage().real(2, flat.number())
                          : ProtoMessage().text(3, valid_utf8(std::get<std::string>(flat)));
}

DataType type_of(const std::vector<nn::Value>& values) {
  bool bools = true;
  bool numbers = true;
  for (const nn::Value& value : values) {
    bools = bools && std::holds_alternative<bool>(value);
    numbers = numbers && value.is_number();
  }
  return bools ? kBool : numbers ? kNumber : kText;
}

// HParamInfo: name 1, type 4, domain_discrete 5 (a ListValue: values 1) or domain_interval 6
// (min_value 1, max_value 2).
ProtoMessage parameter_info(const ParameterDomain& parameter) {
  ProtoMessage info;
  info.text(1, valid_utf8(parameter.name));
  if (const auto* range = std::get_if<RangeDomain>(&parameter.domain)) {
    return info.integer(4, kNumber)
        .message(6, ProtoMessage().real(1, range->low).real(2, range->high));
  }
  const auto& choices = std::get<ChoiceDomain>(parameter.domain);
  ProtoMessage list;
  for (const nn::Value& value : choices.values) {
    list.message(1, proto_value(value));
  }
  return info.integer(4, type_of(choices.values)).message(5, list);
}

// Experiment: description 1, time_created_secs 3, hparam_infos 4, metric_infos 5, name 6.
// MetricInfo: name 1 (a MetricName: group 1, tag 2), dataset_type 5 (1 training, 2 validation).
ProtoMessage experiment(const SweepData& data, const std::vector<ParameterDomain>& domains) {
  const std::string metric = valid_utf8(data.sweep.metric);
  ProtoMessage message;
  message.text(6, valid_utf8(data.sweep.name))
      .text(1, fmt::format("{} search, {} {}", data.sweep.method, data.sweep.goal, metric))
      .real(3, seconds_of(data.sweep.created_at));
  for (const ParameterDomain& domain : domains) {
    message.message(4, parameter_info(domain));
  }
  return message.message(5, ProtoMessage()
                                .message(1, ProtoMessage().text(2, metric))
                                .integer(5, metric.starts_with("train_") ? 1 : 2));
}

// SessionStartInfo: hparams 1 (a map: key 1, value 2), group_name 4, start_time_secs 5.
ProtoMessage session_start(const TrialData& trial, const std::string& name, double time) {
  ProtoMessage message;
  for (const auto& [parameter, value] : trial.params) {
    message.message(1,
                    ProtoMessage().text(1, valid_utf8(parameter)).message(2, proto_value(value)));
  }
  return message.text(4, name).real(5, time);
}

// SessionEndInfo: status 1 (1 success, 2 failure), end_time_secs 2.
ProtoMessage session_end(TrialState state, double time) {
  const bool success = state == TrialState::kComplete || state == TrialState::kPruned;
  return ProtoMessage().integer(1, success ? 1 : 2).real(2, time);
}

std::string trial_file(storage::Queries& queries, const TrialData& trial, const std::string& name) {
  const double start = seconds_of(trial.row.started_at.value_or(""));
  EventFile file(start);
  file.add_hparams(start, "_hparams_/session_start_info", kSessionStart,
                   session_start(trial, name, start));
  double time = start;
  // Only the durations of epochs are stored, so their times are sums of these from the start on.
  std::vector<double> times{start};  // end time of each epoch
  const TrialCourse course = read_course(queries, trial.row);
  for (const nn::EpochRecord& epoch : course.epochs) {
    time += std::isfinite(epoch.seconds) ? epoch.seconds : 0.0;
    times.push_back(time);
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      const double value = epoch.*column.field;
      if (!std::isnan(value) || !column.name.ends_with("accuracy")) {
        file.add_scalar(time, epoch.epoch, column.name, value);
      }
    }
  }
  for (const storage::MetricRow& row : course.metrics) {
    const auto epoch = static_cast<std::size_t>(std::max(row.epoch, 0));
    file.add_scalar(times[std::min(epoch, times.size() - 1)], row.epoch, valid_utf8(row.name),
                    row.value);
  }
  if (trial.row.state != TrialState::kRunning) {
    const double end = trial.row.finished_at ? seconds_of(*trial.row.finished_at) : time;
    file.add_hparams(end, "_hparams_/session_end_info", kSessionEnd,
                     session_end(trial.row.state, end));
  }
  return file.bytes();
}

// "events.out.tfevents.1769904000.hpsearch": the time is that of the first event.
std::string file_name(double time) {
  return fmt::format("{}{}.hpsearch", kEventFilePrefix, std::llround(std::floor(time)));
}

}  // namespace

void write_event_files(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const FileSink& out) {
  const SweepData data = read_sweep_data(queries, sweep);
  const double created = seconds_of(sweep.created_at);
  EventFile root(created);
  root.add_hparams(created, "_hparams_/experiment", kExperiment,
                   experiment(data, parameter_domains(data)));
  out(file_name(created), root.bytes());
  for (const TrialData& trial : data.trials) {
    if (trial.row.state == TrialState::kQueued || !trial.row.started_at) {
      continue;
    }
    const std::string name = fmt::format("trial_{}", trial.row.number);
    out(fmt::format("{}/{}", name, file_name(seconds_of(*trial.row.started_at))),
        trial_file(queries, trial, name));
  }
}

}  // namespace hpsearch::reports
