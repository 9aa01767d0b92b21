// Sweeps without a database, for code that works on plain vectors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

inline SearchedParameter range(const std::string& name, double low, double high, bool log = false) {
  SearchedParameter parameter;
  parameter.name = name;
  parameter.numeric = true;
  parameter.logarithmic = log;
  parameter.low = parameter.written_low = low;
  parameter.high = parameter.written_high = high;
  return parameter;
}

inline SearchedParameter choice(const std::string& name, std::vector<nn::Value> choices) {
  SearchedParameter parameter;
  parameter.name = name;
  parameter.choices = std::move(choices);
  return parameter;
}

// A sweep built by adding trials one by one; it maximises val_accuracy.
struct MadeSweep {
  SweepData data;

  explicit MadeSweep(std::vector<SearchedParameter> parameters = {}) {
    data.sweep.name = "made";
    data.sweep.metric = "val_accuracy";
    data.sweep.goal = "maximize";
    data.sweep.state = storage::SweepState::kComplete;
    data.sweep.method = "random";
    data.parameters = std::move(parameters);
  }
  void minimize(const std::string& metric = "val_loss") {
    data.sweep.metric = metric;
    data.sweep.goal = "minimize";
  }

  // Adds a complete trial, or a diverged one if it has no value.
  TrialData& add(search::ParamSet params,
                 std::optional<double> value,
                 int stage = 0,
                 int epochs = 20) {
    TrialData trial;
    trial.row.number = data.trials.size();
    trial.row.trial_id = static_cast<std::int64_t>(data.trials.size()) + 1;
    trial.row.state = value ? search::TrialState::kComplete : search::TrialState::kDiverged;
    trial.row.value = value;
    trial.row.stage = stage;
    trial.row.epochs = trial.row.epochs_done = epochs;
    trial.row.best_epoch = value ? std::optional(epochs) : std::nullopt;
    trial.row.seconds = 1.0;
    trial.params = std::move(params);
    trial.row.params_json = search::params_json(trial.params);
    if (value) {
      trial.score = data.maximize() ? -*value : *value;
    }
    data.trials.push_back(std::move(trial));
    return data.trials.back();
  }

  // Ranks the complete trials of the last stage.
  SweepData& ranked() {
    data.ranked.clear();
    int last = 0;
    for (const TrialData& trial : data.trials) {
      last = trial.complete() ? std::max(last, trial.row.stage) : last;
    }
    for (std::size_t i = 0; i < data.trials.size(); ++i) {
      if (data.trials[i].complete() && data.trials[i].row.stage == last) {
        data.ranked.push_back(i);
      }
    }
    std::stable_sort(data.ranked.begin(), data.ranked.end(), [&](std::size_t a, std::size_t b) {
      return data.trials[a].score < data.trials[b].score;
    });
    return data;
  }
};

}  // namespace hpsearch::reports
