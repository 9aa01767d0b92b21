#include "runner/best_yaml.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/builtin_datasets.h"
#include "nn/settings.h"
#include "reports/utf8.h"
#include "runner/sweep_file.h"
#include "runner/sweep_identity.h"
#include "runner/yaml_emit.h"
#include "search/space.h"

namespace hpsearch::runner {
namespace {

void set(YamlNode& map, const std::string& key, YamlNode value) {
  if (YamlNode* existing = map.find(key)) {
    *existing = std::move(value);
  } else {
    map.entries.push_back({key, {}, std::move(value)});
  }
}

void erase(YamlNode& map, std::string_view key) {
  std::erase_if(map.entries, [&](const YamlEntry& entry) { return entry.key == key; });
}

// The map under `key`, made if it is not there or null.
YamlNode& section(YamlNode& map, const std::string& key) {
  YamlNode* existing = map.find(key);
  if (existing == nullptr || existing->kind != YamlNode::Kind::kMap) {
    set(map, key, yaml_map({}));
    existing = map.find(key);
  }
  return *existing;
}

}  // namespace

std::string best_yaml(const storage::SweepRow& sweep, const storage::LeaderboardRow& trial) {
  YamlNode tree = stored_config(sweep);
  for (const char* key : {"name", "seed", "method", "run_cap", "stop", "parallel", "parameters"}) {
    erase(tree, key);
  }
  // A long name is cut, at a character, so that the new one is valid too.
  const std::string suffix = fmt::format("-trial{}", trial.trial);
  std::size_t kept = 0;
  while (kept < sweep.name.size()) {
    const std::size_t next = kept + code_point_at(sweep.name, kept).size;
    if (next + suffix.size() > kMaxSweepNameBytes) {
      break;
    }
    kept = next;
  }
  std::string name = sweep.name.substr(0, kept) + suffix;
  std::replace(name.begin(), name.end(), '~', '-');
  tree.entries.insert(tree.entries.begin(), {"name", {}, yaml_scalar(name)});
  set(tree, "run_cap", yaml_scalar(std::int64_t{1}));

  YamlNode& dataset = section(tree, "dataset");
  const YamlNode* source = dataset.find("source");
  if (source != nullptr && !nn::find_builtin(source->text)) {
    set(dataset, "source",
        yaml_scalar(data_file(sweep, source->text).value_or(data_folder(sweep))));
  }
  for (const char* key : {"validation", "test"}) {
    const YamlNode* part = dataset.find(key);
    if (part != nullptr && part->kind == YamlNode::Kind::kScalar) {
      if (const auto file = data_file(sweep, part->text)) {
        set(dataset, key, yaml_scalar(*file));
      }
    }
  }
  if (dataset.find("split_seed") == nullptr) {
    set(dataset, "split_seed", yaml_scalar(std::int64_t{0}));
  }

  section(tree, "model");
  section(tree, "training");
  for (const auto& [parameter, value] : search::parse_params_json(trial.params_json)) {
    const nn::SettingInfo* setting = nn::find_setting(parameter);
    const bool model = setting != nullptr && setting->section == nn::Section::kModel;
    set(section(tree, model ? "model" : "training"), parameter, yaml_scalar(value));
  }
  set(section(tree, "training"), "seed", yaml_scalar(static_cast<std::int64_t>(trial.seed)));
  if (section(tree, "model").entries.empty()) {
    erase(tree, "model");
  }
  return emit_yaml(tree);
}

}  // namespace hpsearch::runner
