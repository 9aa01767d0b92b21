#include "runner/run/launch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "nn/base/random.h"
#include "nn/settings/choices.h"
#include "storage/precision_event.h"

namespace hpsearch::runner {
namespace {

std::vector<search::ResultConstraint> constraints_with(const search::SweepSpec& spec,
                                                       const search::ParamSet& params) {
  std::vector<search::ResultConstraint> constraints = spec.result_constraints;
  for (search::ResultConstraint& constraint : constraints) {
    constraint.expression = constraint.expression.with(params);
  }
  return constraints;
}

// Empty where the setting is not given, or is a word such as `none`.
std::optional<int> whole_setting(const nn::SettingMap& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) {
    return std::nullopt;
  }
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? std::nullopt : std::optional(static_cast<int>(*number));
}

nn::BestBy best_by(const nn::SettingMap& settings) {
  const auto found = settings.find("best_by");
  const auto* word = found == settings.end() ? nullptr : std::get_if<std::string>(&found->second);
  return word == nullptr ? nn::BestBy::kMetric : nn::row_of(nn::kBestByChoices, *word).value;
}

// The program ends by itself: its length is unknown, unless a parameter tells it.
Launch program_launch(const search::SweepSpec& spec,
                      std::uint64_t number,
                      Launch launch,
                      search::ParamSet params,
                      nn::SettingMap settings,
                      std::optional<int> epochs) {
  if (const auto& fidelity = spec.program->fidelity) {
    const int length = epochs.value_or(fidelity->max);
    settings.insert_or_assign(fidelity->parameter, std::int64_t{length});
    launch.start.epochs = length;
  }
  launch.start.number = launch.task.number = number;
  launch.start.seed = launch.task.seed = nn::trial_seed(spec.seed, number);
  launch.start.params = std::move(params);
  launch.task.settings = std::move(settings);
  launch.task.epochs = std::numeric_limits<int>::max();
  return launch;
}

}  // namespace

Launch make_launch(const search::SweepSpec& spec,
                   std::uint64_t number,
                   search::ParamSet params,
                   std::optional<int> epochs) {
  Launch launch;
  launch.task.constraints = constraints_with(spec, params);
  nn::SettingMap settings = spec.program ? nn::SettingMap() : spec.settings;
  for (const auto& [name, value] : params) {
    settings.insert_or_assign(name, value);
    const search::Parameter* parameter = search::find_parameter(spec.space, name);
    launch.start.units.push_back(parameter == nullptr
                                     ? std::nullopt
                                     : search::unit_coordinate(parameter->distribution, value));
  }
  if (spec.program) {
    return program_launch(spec, number, std::move(launch), std::move(params), std::move(settings),
                          epochs);
  }
  if (epochs) {
    settings.insert_or_assign("epochs", std::int64_t{*epochs});
  }
  const auto seed = settings.find("seed");
  const std::uint64_t trial_seed =
      seed == settings.end() ? nn::trial_seed(spec.seed, number)
                             : static_cast<std::uint64_t>(std::get<std::int64_t>(seed->second));
  const int folds = spec.dataset.folds;
  launch.task.folds = folds;
  launch.task.epochs = whole_setting(settings, "epochs").value_or(nn::Settings{}.epochs);
  launch.epochs = launch.task.epochs * std::max(1, folds);
  launch.start.number = number;
  launch.start.seed = trial_seed;
  launch.start.epochs = launch.epochs;
  launch.start.in_folds = folds > 0;
  launch.start.params = std::move(params);
  launch.task.number = number;
  launch.task.seed = trial_seed;
  launch.task.timeout_seconds = spec.policy.timeout_seconds;
  launch.task.patience = whole_setting(settings, "patience");
  launch.task.best_by = best_by(settings);
  launch.task.settings = std::move(settings);
  launch.task.diagnostics = spec.full_diagnostics ? nn::Diagnostics::kAll : nn::Diagnostics::kSome;
  return launch;
}

Launch make_launch_again(const search::SweepSpec& spec,
                         const storage::TrialRow& row,
                         std::vector<nn::EpochRecord> stored) {
  const bool staged = !spec.search.stages.empty();
  Launch launch = make_launch(
      spec, row.number, search::parse_params_json(row.params_json),
      staged ? std::optional(row.epochs / std::max(1, spec.dataset.folds)) : std::nullopt);
  launch.task.stored = std::move(stored);
  launch.start.seed = launch.task.seed = row.seed;  // a promotion has that of its parent
  launch.start.stage = row.stage;
  launch.start.origin = row.origin;
  launch.start.parent = row.parent;
  launch.start.attempt = row.attempt + 1;
  return launch;
}

std::optional<storage::EventRow> precision_event(const TrialFactory& trials,
                                                 const TrialTask& task) {
  const std::string precision = trials.chosen_precision(task);
  return precision.empty() ? std::nullopt
                           : std::optional(storage::PrecisionChosen{precision}.to_row());
}

}  // namespace hpsearch::runner
