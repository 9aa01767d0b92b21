#include "runner/stored/resolved_yaml.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runner/stored/data_paths.h"
#include "runner/sweep_file/setting_default.h"
#include "runner/sweep_file/setting_reader.h"
#include "runner/sweep_file/table_recipe.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "search/samplers/model_parts.h"

namespace hpsearch::runner {
namespace {

void set_default(YamlNode& map, const std::string& key, const nn::Value& value) {
  const YamlNode* existing = map.find(key);
  if (existing == nullptr || existing->kind == YamlNode::Kind::kNull) {
    set_key(map, key, yaml_scalar(value));
  }
}

// Writes a default, which its table stores as YAML.
void write_default(YamlNode& section, const std::string& name, std::string_view yaml) {
  std::vector<Diagnostic> diagnostics;
  write_setting(section, name, *parse_yaml({"default", std::string(yaml)}, diagnostics));
}

void add_settings(YamlNode& tree, const search::SweepSpec& spec) {
  const auto is_searched = [&](std::string_view name) {
    return search::find_parameter(spec.space, name) != nullptr;
  };
  // Layers can be given in three ways; their default applies only if none of them is used.
  const bool layers = std::any_of(spec.space.begin(), spec.space.end(),
                                  [](const auto& p) { return p.name.starts_with("hidden"); });
  const bool dependent_vary = is_searched("optimizer") || is_searched("activation");
  for (const nn::SettingInfo& setting : nn::setting_table()) {
    const std::string name(setting.name);
    const bool said = spec.settings.contains(name) || is_searched(name) ||
                      (layers && name.starts_with("hidden")) ||
                      (dependent_vary && setting.fallback.empty());
    const std::string_view fallback = default_text(name, spec.settings);
    if (!said && !fallback.empty()) {
      const bool model = setting.section == nn::Section::kModel;
      write_default(child_map(tree, model ? "model" : "training"), name, fallback);
    }
  }
}

template <class Table, class Value>
std::string word_of(const Table& table, Value value) {
  const auto* row =
      std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.value == value; });
  return std::string(row->name);
}

// The options of `search` that this method uses. `warm_start` has no default to write.
void add_search(YamlNode& tree, const search::SweepSpec& spec) {
  YamlNode& map = child_map(tree, "search");
  const search::SearchOptions& search = spec.search;
  set_default(map, "duplicates", std::string(search.avoid_duplicates ? "avoid" : "allow"));
  if (search::find_sampler(spec.method)->has_startup) {
    set_default(map, "startup", static_cast<std::int64_t>(search::ModelParts::kStart));
  }
  if (search.stages.empty()) {
    return;
  }
  // As a list, shares must add up to 1; the default ones only have the right ratios.
  const double sum = std::accumulate(
      search.stages.begin(), search.stages.end(), 0.0,
      [](double total, const search::StageSpec& stage) { return total + stage.share; });
  YamlNode stages = yaml_sequence({});
  for (const search::StageSpec& stage : search.stages) {
    const double share = std::abs(sum - 1.0) < 1e-9 ? stage.share : stage.share / sum;
    stages.items.push_back(yaml_map(
        {{"share", yaml_scalar(share)}, {"epochs", yaml_scalar(std::int64_t{stage.epochs})}}));
  }
  const YamlNode* written = map.find("stages");
  if (written == nullptr || written->kind != YamlNode::Kind::kSequence) {
    set_key(map, "stages", std::move(stages));
  }
  set_default(map, "points", word_of(search::kPointsTable, search.points));
  set_default(map, "elite", search.elite);
  set_default(map, "carry", std::int64_t{search.carry});
  set_default(map, "shrink", search.shrink);
  set_default(map, "expand", word_of(search::kExpandTable, search.expand));
}

// Only what the file asks for: without the key nothing is repeated.
void add_repeats(YamlNode& tree, const search::RepeatsSpec& repeats) {
  if (repeats.seeds > 0) {
    YamlNode& map = child_map(tree, "repeats");
    set_default(map, "seeds", std::int64_t{repeats.seeds});
    set_default(map, "top", std::int64_t{repeats.top});
  }
}

// Of a sweep over a program, whose settings only the program knows.
// The defaults of the pruners' keys.
void add_pruners(YamlNode& tree, const search::SweepSpec& spec) {
  if (spec.early_terminate.empty()) {
    return;
  }
  YamlNode& first = child_map(tree, "early_terminate");
  for (std::size_t i = 0; i < spec.early_terminate.size(); ++i) {
    YamlNode& node = i == 0 ? first : first.find("also")->items[i - 1];
    for (const auto& [name, value] : spec.early_terminate[i].options) {
      set_default(node, name, value);
    }
  }
}

std::string resolved_program(YamlNode tree, const search::SweepSpec& spec) {
  set_default(tree, "name", spec.name);
  set_default(tree, "seed", static_cast<std::int64_t>(spec.seed));
  set_default(tree, "method", spec.method);
  nn::ValueList command;
  for (const std::string& item : spec.program->command) {
    command.emplace_back(item);
  }
  set_default(tree, "command", command);
  if (spec.program->has_metric) {
    set_default(child_map(tree, "metric"), "goal", std::string(search::to_text(spec.metric.goal)));
  }
  const YamlNode* stop = tree.find("stop");
  if (stop == nullptr || stop->find("trials") == nullptr) {
    set_default(tree, "run_cap", spec.limits.trials);
  }
  set_default(tree, "retry", std::int64_t{spec.policy.retry});
  add_pruners(tree, spec);
  add_search(tree, spec);
  add_repeats(tree, spec.repeats);
  return emit_yaml(tree);
}

}  // namespace

std::string resolved_yaml(const SweepFile& file,
                          const search::SweepSpec& spec,
                          const nn::TrainingData& data,
                          const std::optional<std::filesystem::path>& paths) {
  if (spec.program) {
    return resolved_program(file.tree, spec);
  }
  YamlNode tree = without_preset(file.tree, facts_of(*data.dataset, data.split.train.size()));
  set_default(tree, "name", spec.name);
  set_default(tree, "seed", static_cast<std::int64_t>(spec.seed));
  set_default(tree, "method", spec.method);
  YamlNode& metric = child_map(tree, "metric");
  set_default(metric, "name", spec.metric.name);
  set_default(metric, "goal", std::string(search::to_text(spec.metric.goal)));
  const YamlNode* stop = tree.find("stop");
  if (stop == nullptr || stop->find("trials") == nullptr) {
    set_default(tree, "run_cap", spec.limits.trials);
  }
  YamlNode& dataset = child_map(tree, "dataset");
  set_default(dataset, "split_seed", static_cast<std::int64_t>(spec.dataset.split.seed));
  set_default(dataset, "preprocess",
              std::string(nn::name_of(
                  spec.dataset.preprocess.value_or(nn::default_preprocess(*data.dataset)))));
  if (spec.dataset.preprocess == nn::Preprocess::kPcaWhiten) {
    set_default(dataset, "whiten_epsilon", spec.dataset.whiten_epsilon);
  }
  if (data.dataset->task == nn::Task::kBinary) {
    set_default(dataset, "threshold", spec.dataset.threshold.value);
  }
  add_pruners(tree, spec);
  set_default(tree, "retry", std::int64_t{spec.policy.retry});
  if (spec.checkpoints) {  // whose `keep` follows the workers of each run
    set_default(child_map(tree, "checkpoints"), "every", std::int64_t{spec.checkpoints->every});
    if (spec.workers) {
      set_default(child_map(tree, "checkpoints"), "keep", std::int64_t{*spec.workers});
    }
  }
  child_map(tree, "model");
  child_map(tree, "training");
  add_settings(tree, spec);
  add_search(tree, spec);
  add_repeats(tree, spec.repeats);
  if (paths) {
    make_paths_absolute(tree, *paths);
  }
  return emit_yaml(tree);
}

}  // namespace hpsearch::runner
