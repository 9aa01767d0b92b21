#include "reports/export/optuna_export.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/value_json.h"
#include "reports/sweep/digest.h"
#include "reports/sweep/parameter_domain.h"
#include "reports/sweep/sweep_data.h"
#include "reports/text/json_values.h"
#include "storage/optuna_file.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;
using search::TrialState;

std::string dump(const Json& json) {
  return nn::ascii_json_text(json);
}

// None, a boolean, a number or a string: all that Optuna accepts as a choice.
Json choice_json(const nn::Value& value) {
  return nn::value_to_json(flat_value(value));
}

std::string distribution_json(const ParameterDomain& parameter) {
  if (const auto* choices = std::get_if<ChoiceDomain>(&parameter.domain)) {
    Json list = Json::array();
    for (const nn::Value& value : choices->values) {
      list.push_back(choice_json(value));
    }
    return dump({{"name", "CategoricalDistribution"}, {"attributes", {{"choices", list}}}});
  }
  const auto& range = std::get<RangeDomain>(parameter.domain);
  if (range.integer) {
    return dump({{"name", "IntDistribution"},
                 {"attributes",
                  {{"log", range.logarithmic},
                   {"step", range.step > 0.0 ? static_cast<std::int64_t>(range.step) : 1},
                   {"low", static_cast<std::int64_t>(range.low)},
                   {"high", static_cast<std::int64_t>(range.high)}}}});
  }
  return dump({{"name", "FloatDistribution"},
               {"attributes",
                {{"step", range.step > 0.0 ? Json(range.step) : Json(nullptr)},
                 {"low", range.low},
                 {"high", range.high},
                 {"log", range.logarithmic}}}});
}

// "2026-01-31T23:59:59.123Z" as "2026-01-31 23:59:59.123000", the form in which SQLAlchemy stores
// times.
std::optional<std::string> optuna_time(const std::string& time) {
  constexpr std::size_t kLength = 24;
  return time.size() == kLength
             ? std::optional(time.substr(0, 10) + " " + time.substr(11, 12) + "000")
             : std::nullopt;
}

// Translates rows of this database into Optuna's. Distributions are computed once: Optuna requires
// each parameter to have the same one in every trial.
class StudyWriter {
 public:
  StudyWriter(storage::Queries& queries, const storage::SweepRow& sweep)
      : queries_(queries),
        data_(read_sweep_data(queries, sweep)),
        domains_(parameter_domains(data_)),
        metric_(nn::find_epoch_column(sweep.metric)),
        results_(queries.results(sweep.sweep_id)) {
    for (const ParameterDomain& domain : domains_) {
      distributions_.emplace(domain.name, distribution_json(domain));
    }
  }

  void write(const std::filesystem::path& path) {
    storage::OptunaFile file(path, study());
    for (const TrialData& trial : data_.trials) {
      file.add(optuna_trial(trial));
    }
    file.finish();
  }

 private:
  storage::OptunaStudy study() {
    const storage::SweepRow& sweep = data_.sweep;
    storage::OptunaStudy study{sweep.name, data_.maximize(), {}};
    auto add = [&](const char* name, const Json& value) {
      study.attributes.emplace(name, dump(value));
    };
    add("sweep", sweep.name);
    add("method", sweep.method);
    add("metric", sweep.metric);
    add("seed", sweep.seed);
    add("state", sweep.state);
    add("created_at", sweep.created_at);
    add("digest", sweep_digest(queries_, sweep.sweep_id));
    add("config_yaml", sweep.config_yaml);
    if (data_.stages.size() > 1) {
      add("note", "complete trials of earlier stages had fewer epochs, so they are PRUNED here");
    }
    return study;
  }

  // The mapping of the header.
  std::string state_of(const TrialData& trial) const {
    switch (trial.row.state) {
      case TrialState::kComplete: {
        const bool competes = trial.complete() && !data_.ranked.empty() &&
                              trial.row.stage == data_.trials[data_.ranked.front()].row.stage;
        return competes ? "COMPLETE" : "PRUNED";
      }
      case TrialState::kPruned:
        return "PRUNED";
      case TrialState::kQueued:
        return "WAITING";
      default:
        return "FAIL";
    }
  }

  storage::OptunaTrial optuna_trial(const TrialData& trial) {
    const storage::TrialRow& row = trial.row;
    storage::OptunaTrial t;
    t.state = state_of(trial);
    t.attributes = attributes(trial);
    if (t.state == "WAITING") {
      t.system_attributes.emplace("fixed_params", fixed_params(trial));
      return t;
    }
    // Optuna requires both times for a trial that has ended.
    const std::string begun =
        row.started_at.value_or(row.finished_at.value_or(data_.sweep.created_at));
    t.started = optuna_time(begun);
    t.finished = optuna_time(row.finished_at.value_or(begun));
    // Optuna rejects a value of a failed trial.
    if (t.state != "FAIL") {
      t.value = row.value;
    }
    if (results_.contains(row.number)) {  // Optuna counts values above 0 as violations
      t.system_attributes.emplace("constraints", dump(Json::array({row.violation})));
    }
    for (const auto& [name, value] : trial.params) {
      t.params.push_back({name, internal_value(name, value), distributions_.at(name)});
    }
    t.steps = steps(row.trial_id);
    return t;
  }

  // Optuna stores a choice by its index.
  double internal_value(const std::string& name, const nn::Value& value) const {
    const ParameterDomain& parameter = *find_domain(domains_, name);
    const auto* choices = std::get_if<ChoiceDomain>(&parameter.domain);
    return choices == nullptr ? value.number() : static_cast<double>(*choices->index(value));
  }

  static std::string fixed_params(const TrialData& trial) {
    Json params = Json::object();
    for (const auto& [name, value] : trial.params) {
      params[name] = choice_json(value);
    }
    return dump(params);
  }

  std::vector<std::pair<int, double>> steps(std::int64_t trial_id) {
    std::vector<std::pair<int, double>> steps;
    if (metric_ == nullptr) {
      for (const storage::MetricRow& row : queries_.metric(trial_id, data_.sweep.metric)) {
        steps.emplace_back(row.epoch, row.value);
      }
      return steps;
    }
    for (const nn::EpochRecord& epoch : queries_.epochs(trial_id)) {
      steps.emplace_back(epoch.epoch, epoch.*metric_->field);
    }
    return steps;
  }

  storage::JsonAttributes attributes(const TrialData& trial) {
    const storage::TrialRow& row = trial.row;
    storage::JsonAttributes attributes;
    auto add = [&](const std::string& name, const Json& value) {
      if (!value.is_null()) {
        attributes.emplace(name, dump(value));
      }
    };
    add("trial", row.number);
    add("state", std::string(search::to_text(row.state)));
    add("reason", or_null(row.reason));
    add("stage", row.stage);
    add("seed", row.seed);
    add("origin", row.origin);
    add("parent", or_null(row.parent));
    add("best_epoch", or_null(row.best_epoch));
    add("epochs_done", row.epochs_done);
    add("seconds", or_null(row.seconds));
    const bool winner =
        !data_.ranked.empty() && data_.trials[data_.ranked.front()].row.number == row.number;
    if (winner) {
      for (const storage::MetricRow& metric : queries_.metrics(row.trial_id)) {
        if (metric.name.starts_with("test_")) {
          add(metric.name, finite(metric.value));
        }
      }
    }
    return attributes;
  }

  storage::Queries& queries_;
  SweepData data_;
  std::vector<ParameterDomain> domains_;
  std::map<std::string, std::string> distributions_;
  const nn::EpochColumn* metric_;                          // null if the metric has no epoch column
  std::map<std::uint64_t, search::TrialResults> results_;  // of judged trials
};

}  // namespace

void write_optuna_study(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const std::filesystem::path& file) {
  StudyWriter(queries, sweep).write(file);
}

}  // namespace hpsearch::reports
