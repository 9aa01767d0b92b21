#include "reports/sweep/sweep_data.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/value_json.h"
#include "reports/sweep/params_text.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/sweep_list.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// A normal parameter has no range to show, so use the one that holds 99 % of draws: 2.6 standard
// deviations to either side.
SearchedParameter read_normal(const std::string& name, const Json& json, bool logarithmic) {
  constexpr double kDeviations = 2.6;
  SearchedParameter parameter{.name = name};
  parameter.numeric = true;
  parameter.logarithmic = logarithmic;
  parameter.integer = json.value("type", "real") == "integer";
  parameter.written_low = parameter.written_high = kNone;
  const double mu = json.value("mu", 0.0);
  const double reach = kDeviations * json.value("sigma", 1.0);
  parameter.low = logarithmic ? std::exp(mu - reach) : mu - reach;
  parameter.high = logarithmic ? std::exp(mu + reach) : mu + reach;
  if (const auto bounds = json.find("bounds"); bounds != json.end() && bounds->is_array()) {
    if ((*bounds)[0].is_number()) {
      parameter.low = std::max(parameter.low, (*bounds)[0].get<double>());
    }
    if ((*bounds)[1].is_number()) {
      parameter.high = std::min(parameter.high, (*bounds)[1].get<double>());
    }
  }
  return parameter;
}

// Empty if the parameter does not vary.
std::optional<SearchedParameter> read_parameter(const std::string& name, const Json& json) {
  SearchedParameter parameter{.name = name};
  if (json.contains("values") && json["values"].is_array()) {
    for (const Json& value : json["values"]) {
      parameter.choices.push_back(nn::value_from_json(value));
    }
    return parameter;
  }
  if (json.value("distribution", "") == "beta") {
    parameter.numeric = true;
    parameter.written_low = parameter.written_high = kNone;
    parameter.high = 1.0;
    return parameter;
  }
  if (const std::string distribution = json.value("distribution", ""); !distribution.empty()) {
    return read_normal(name, json, distribution == "log_normal");
  }
  if (!json.contains("min") || !json.contains("max")) {
    return std::nullopt;
  }
  parameter.numeric = true;
  parameter.low = parameter.written_low = json["min"].get<double>();
  parameter.high = parameter.written_high = json["max"].get<double>();
  parameter.logarithmic = json.value("scale", "linear") == "log";
  parameter.integer = json.value("type", "real") == "integer";
  parameter.step = json.value("step", 0.0);
  return parameter;
}

// Reads what search::space_json() wrote. Unknown forms are skipped, so that a database of a newer
// version can still be reported.
std::vector<SearchedParameter> read_parameters(const std::string& space_json) {
  std::vector<SearchedParameter> parameters;
  const Json space = nn::parse_ordered_json(space_json);
  if (!space.is_object()) {
    return parameters;
  }
  for (const auto& [name, json] : space.items()) {
    if (auto parameter = json.is_object() ? read_parameter(name, json) : std::nullopt) {
      parameters.push_back(*std::move(parameter));
    }
  }
  return parameters;
}

// Extends the parameter so that every one of these trials has a place on it.
void widen_to(SearchedParameter& parameter, std::span<const TrialData> trials) {
  for (const TrialData& trial : trials) {
    const auto found = trial.params.find(parameter.name);
    if (found == trial.params.end()) {
      continue;
    }
    const nn::Value& value = found->second;
    if (!parameter.numeric) {
      if (std::find(parameter.choices.begin(), parameter.choices.end(), value) ==
          parameter.choices.end()) {
        parameter.choices.push_back(value);
      }
    } else if (value.is_number() && std::isfinite(value.number()) &&
               !(parameter.logarithmic && value.number() <= 0.0)) {
      parameter.low = std::min(parameter.low, value.number());
      parameter.high = std::max(parameter.high, value.number());
    }
  }
}

std::vector<std::size_t> rank(const std::vector<TrialData>& trials) {
  search::Standing best;
  for (const TrialData& trial : trials) {
    best = better(trial.standing(), best) ? trial.standing() : best;
  }
  // Sorted with their standings: looking each up would miss the cache a million times.
  std::vector<std::pair<search::Standing, std::size_t>> standings;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (search::ranks(trials[i].standing(), best)) {
      standings.emplace_back(trials[i].standing(), i);
    }
  }
  std::sort(standings.begin(), standings.end(),
            [](const auto& a, const auto& b) { return better(a.first, b.first); });
  std::vector<std::size_t> ranked;
  ranked.reserve(standings.size());
  for (const auto& [standing, index] : standings) {
    ranked.push_back(index);
  }
  return ranked;
}

// Everything but the trials, the parameters and the ranking.
SweepData read_frame(storage::Queries& queries, const storage::SweepRow& sweep) {
  SweepData data;
  data.sweep = sweep;
  data.sweep.state = current_state(queries, sweep);
  data.stages = queries.stages(sweep.sweep_id);
  data.warm = read_warm_summary(queries, sweep.sweep_id);
  return data;
}

TrialData make_trial(const SweepData& data, storage::TrialRow row) {
  TrialData trial;
  // A killed process leaves its trials `running`.
  if (row.state == search::TrialState::kRunning &&
      data.sweep.state != storage::SweepState::kRunning) {
    row.state = search::TrialState::kInterrupted;
  }
  if (row.value) {
    trial.score = data.maximize() ? -*row.value : *row.value;
  }
  trial.row = std::move(row);
  return trial;
}

}  // namespace

double SearchedParameter::place(const nn::Value& value) const {
  if (!numeric) {
    const auto found = std::find(choices.begin(), choices.end(), value);
    if (found == choices.end()) {
      return kNone;
    }
    return (static_cast<double>(found - choices.begin()) + 0.5) /
           static_cast<double>(choices.size());
  }
  if (!value.is_number()) {
    return kNone;
  }
  const double x = value.number();
  // A range of one value: the middle, where charts expect it.
  if (high <= low) {
    return 0.5;
  }
  return logarithmic ? std::log(x / low) / std::log(high / low) : (x - low) / (high - low);
}

std::uint64_t FollowedSweep::number_at(std::size_t index) const {
  return index == 0 ? 0 : data_.trials[index - 1].row.number + 1;
}

storage::NumberRange FollowedSweep::settled_from(std::size_t index) const {
  return {number_at(index), number_at(settled_)};
}

std::size_t FollowedSweep::update(storage::Queries& queries, const storage::SweepRow& sweep) {
  const bool known = settled_ > 0 && data_.sweep.sweep_id == sweep.sweep_id &&
                     queries.settled_mark(sweep.sweep_id, settled_from(0)) == mark_;
  const std::size_t first = known ? settled_ : 0;
  if (!known) {
    *this = {};
  }
  try {
    read_stored(queries, sweep, [&] { read(queries, sweep); });
  } catch (...) {
    *this = {};
    throw;
  }
  return first;
}

void FollowedSweep::read(storage::Queries& queries, const storage::SweepRow& sweep) {
  SweepData frame = read_frame(queries, sweep);
  frame.trials = std::move(data_.trials);
  frame.parameters = std::move(data_.parameters);
  data_ = std::move(frame);
  const std::size_t first = settled_;
  const std::uint64_t number = number_at(first);
  data_.trials.resize(first);
  queries.for_each_trial(sweep.sweep_id, {number}, [&](const storage::TrialRow& row) {
    const bool open =
        row.state == search::TrialState::kRunning || row.state == search::TrialState::kQueued;
    settled_ += !open && settled_ == data_.trials.size() ? 1U : 0U;
    TrialData trial = make_trial(data_, row);
    trial.params = read_params(row.params_json);
    data_.trials.push_back(std::move(trial));
  });
  if (data_.warm) {
    data_.written_space = data_.warm->space_json;
  }
  if (first == 0 && !data_.stages.empty()) {
    data_.parameters = read_parameters(data_.written_space.empty() ? data_.stages.front().space_json
                                                                   : data_.written_space);
  }
  for (SearchedParameter& parameter : data_.parameters) {
    widen_to(parameter, std::span(data_.trials).subspan(first));
  }
  data_.ranked = rank(data_.trials);
  mark_ = queries.settled_mark(sweep.sweep_id, settled_from(0));
}

SweepData read_sweep_data(storage::Queries& queries, const storage::SweepRow& sweep) {
  FollowedSweep followed;
  followed.update(queries, sweep);
  return followed.take();
}

SweepData read_sweep_results(storage::Queries& queries, const storage::SweepRow& sweep) {
  SweepData data = read_frame(queries, sweep);
  queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& row) {
    storage::TrialRow result;
    result.trial_id = row.trial_id;
    result.number = row.number;
    result.state = row.state;
    result.value = row.value;
    result.best_epoch = row.best_epoch;
    result.epochs_done = row.epochs_done;
    result.epochs = row.epochs;
    result.seed = row.seed;
    result.stage = row.stage;
    result.attempt = row.attempt;
    result.seconds = row.seconds;
    result.violation = row.violation;
    data.trials.push_back(make_trial(data, std::move(result)));
  });
  data.ranked = rank(data.trials);
  return data;
}

}  // namespace hpsearch::reports
