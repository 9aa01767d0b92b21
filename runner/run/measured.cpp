#include "runner/run/measured.h"

#include <algorithm>
#include <cmath>

#include "search/sweep/metric.h"

namespace hpsearch::runner {

using search::TrialResults;

Measured::Measured(const TrialTask& task) : names_(search::result_names(task.constraints)) {}

void Measured::observe(const nn::EpochRecord& record, bool is_best) {
  if (is_best) {
    at_best_.clear();
  }
  for (const std::string& name : names_) {
    auto value = search::Metric{name}.value(record);
    if (const auto* column = nn::find_epoch_column(name); !value && column != nullptr) {
      value = record.*column->field;  // where a program's grad_norm and the like are
    }
    if (!value || !std::isfinite(*value)) {
      continue;
    }
    last_[name] = *value;
    if (is_best) {
      at_best_[name] = *value;
    }
  }
}

TrialResults Measured::results() const {
  TrialResults results = at_best_;
  results.insert(last_.begin(), last_.end());  // keeps those that are there
  return results;
}

TrialResults mean_results(const std::vector<TrialResults>& trainings) {
  if (trainings.empty()) {
    return {};
  }
  TrialResults means;
  for (const auto& [name, first] : trainings.front()) {
    double sum = 0.0;
    const bool all =
        std::all_of(trainings.begin(), trainings.end(), [&, &key = name](const auto& one) {
          const auto found = one.find(key);
          sum += found == one.end() ? 0.0 : found->second;
          return found != one.end();
        });
    if (all) {
      means[name] = sum / static_cast<double>(trainings.size());
    }
  }
  return means;
}

void judge_results(const TrialTask& task, TrialOutcome& outcome, double earlier_seconds) {
  const bool whole = outcome.state == search::TrialState::kComplete;
  if (task.constraints.empty() || (!whole && outcome.state != search::TrialState::kPruned)) {
    outcome.results.clear();
    return;
  }
  if (!whole) {
    outcome.results.clear();  // those of an unfinished training
  }
  for (const std::string& name : search::result_names(task.constraints)) {
    if (name == search::kSecondsResult && whole) {
      outcome.results[name] = outcome.seconds + earlier_seconds;
    } else if (name == search::kParametersResult && task.parameters) {
      outcome.results[name] = *task.parameters;
    }
  }
  outcome.margins = search::margins_of(task.constraints, {}, outcome.results, whole);
}

}  // namespace hpsearch::runner
