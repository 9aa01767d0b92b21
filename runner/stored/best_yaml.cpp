#include "runner/stored/best_yaml.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/utf8.h"
#include "nn/settings/settings.h"
#include "runner/stored/data_paths.h"
#include "runner/stored/stored_spec.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/program_reader.h"
#include "runner/sweep_file/setting_reader.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "search/samplers/sampler.h"
#include "search/space/space.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

// The values of the trial as the sweep's only ones, nested as they were.
void fix_program(const storage::SweepRow& sweep,
                 const storage::LeaderboardRow& trial,
                 YamlNode& tree) {
  const search::ProgramSpec program = *stored_spec(sweep).program;
  YamlNode& parameters = child_map(tree, "parameters");
  for (const auto& [name, value] : search::parse_params_json(trial.params_json)) {
    const auto nested = program.nested.find(name);
    YamlNode* map = &parameters;
    const std::vector<std::string> path =
        nested == program.nested.end() ? std::vector{name} : nested->second;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      map = &child_map(child_map(*map, path[i]), "parameters");
    }
    set_key(child_map(*map, path.back()), "value", yaml_scalar(value));
  }
  if (parameters.entries.empty()) {
    erase_key(tree, "parameters");
  }
}

}  // namespace

std::string best_yaml(const storage::SweepRow& sweep, const storage::LeaderboardRow& trial) {
  YamlNode tree = stored_config(sweep);
  for (const char* key : {"name", "seed", "method", "run_cap", "stop", "search", "parallel",
                          "parameters", "constraints", "enqueue", "early_terminate", "on_finish"}) {
    erase_key(tree, key);
  }
  // A choice among trials needs several; what is made of the best one's folds stays.
  if (const YamlNode* ensemble = tree.find("ensemble");
      ensemble != nullptr && ensemble->find("trials") != nullptr) {
    erase_key(tree, "ensemble");
  }
  // Cut a long name between characters, so that the new one is valid too.
  const std::string suffix = fmt::format("-trial{}", trial.trial);
  std::string name(cut_utf8(sweep.name, kMaxSweepNameBytes - suffix.size()));
  name += suffix;
  std::replace(name.begin(), name.end(), '~', '-');
  tree.entries.insert(tree.entries.begin(), {"name", {}, yaml_scalar(name)});
  set_key(tree, "run_cap", yaml_scalar(std::int64_t{1}));
  if (tree.find("metric") != nullptr) {
    erase_key(child_map(tree, "metric"), "target");  // it ends a search
  }

  if (names_program(tree)) {
    erase_key(tree, "early_terminate");
    fix_program(sweep, trial, tree);
    return emit_yaml(tree);
  }
  name_data_files(sweep, tree);

  child_map(tree, "model");
  child_map(tree, "training");
  for (const auto& [parameter, value] : search::parse_params_json(trial.params_json)) {
    const nn::SettingInfo* setting = nn::find_setting(parameter);
    if (setting == nullptr) {
      throw storage::StoreError(
          fmt::format("trial {} of sweep '{}' has the parameter '{}', which this version does not "
                      "know; use the version that ran the sweep",
                      trial.trial, sweep.name, parameter));
    }
    const bool model = setting->section == nn::Section::kModel;
    write_setting(child_map(tree, model ? "model" : "training"), parameter, yaml_scalar(value));
  }
  const search::SamplerInfo* method = search::find_sampler(sweep.method);
  if (method != nullptr && method->staged()) {
    // Those of its stage: a schedule depends on them, also if the trial ended before.
    const auto stages = stored_spec(sweep).search.stages;
    const auto stage = static_cast<std::size_t>(trial.stage);
    const int epochs = stage < stages.size() ? stages[stage].epochs : trial.epochs_done;
    set_key(child_map(tree, "training"), "epochs", yaml_scalar(std::int64_t{epochs}));
  }
  // Fix the trial's own seed: it depends on the number, and this sweep has only a trial 0.
  set_key(child_map(tree, "training"), "seed", yaml_scalar(static_cast<std::int64_t>(trial.seed)));
  if (child_map(tree, "model").entries.empty()) {
    erase_key(tree, "model");
  }
  return emit_yaml(tree);
}

std::string trial_yaml(const storage::SweepRow& sweep, const storage::TrialRow& trial) {
  storage::LeaderboardRow row;
  row.trial = trial.number;
  row.stage = trial.stage;
  row.epochs_done = trial.epochs_done;
  row.seed = trial.seed;
  row.params_json = trial.params_json;
  return best_yaml(sweep, row);
}

}  // namespace hpsearch::runner
