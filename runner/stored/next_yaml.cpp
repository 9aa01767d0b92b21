#include "runner/stored/next_yaml.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/builtin_datasets.h"
#include "reports/text/printable.h"
#include "runner/stored/data_paths.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/setting_reader.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/sweep_file/unneeded.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_reader.h"
#include "search/samplers/sampler.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

// "digits" gives "digits-2", and "digits-2" gives "digits-3", skipping names that are taken.
std::string next_name(const std::string& name, const std::vector<std::string>& taken) {
  std::string stem = name;
  std::replace(stem.begin(), stem.end(), '~', '-');
  std::uint64_t number = 2;
  const std::size_t dash = stem.find_last_of('-');
  if (dash != std::string::npos && dash > 0 && stem.size() - dash <= 7 &&
      stem.find_first_not_of("0123456789", dash + 1) == std::string::npos &&
      dash + 1 < stem.size()) {
    number = std::stoull(stem.substr(dash + 1)) + 1;
    stem.resize(dash);
  }
  stem.resize(cut_utf8(stem, kMaxSweepNameBytes - 8).size());
  auto is_taken = [&](const std::string& candidate) {
    return std::any_of(taken.begin(), taken.end(), [&](const std::string& other) {
      return lower_ascii(other) == lower_ascii(candidate);
    });
  };
  std::string candidate = fmt::format("{}-{}", stem, number);
  while (is_taken(candidate)) {
    candidate = fmt::format("{}-{}", stem, ++number);
  }
  return candidate;
}

// A change of the tree: the line it affects, and the reason.
struct Change {
  std::string section;  // a top-level key
  std::string key;      // a key below it; empty: the section's own line
  std::string why;
};

// A file in the making.
struct Draft {
  YamlNode tree;
  std::vector<Change> changes = {};
};

// New ends of a range keep what else is said of it; what takes its place keeps its condition, and
// what goes with its form.
void merge(YamlNode& parameters, const std::string& name, YamlNode node) {
  YamlNode* before = parameters.find(name);
  const auto has_ends = [](const YamlNode* range) {
    return range != nullptr && range->find("min") != nullptr && range->find("max") != nullptr;
  };
  if (has_ends(before) && has_ends(&node)) {
    set_key(*before, "min", *node.find("min"));
    set_key(*before, "max", *node.find("max"));
    if (const YamlNode* scale = node.find("scale")) {
      erase_key(*before, "distribution");
      set_key(*before, "scale", *scale);
    }
    return;
  }
  const bool conditional = before != nullptr && before->find("when") != nullptr;
  if ((conditional && node.kind != YamlNode::Kind::kMap) ||
      node.kind == YamlNode::Kind::kSequence) {
    node = yaml_map({{"value", std::move(node)}});
  }
  const bool is_normal = node.find("mu") != nullptr;
  for (const auto& [key, fits] :
       {std::pair{"when", true}, std::pair{"limits", node.find("min") != nullptr},
        std::pair{"ordered", node.find("values") != nullptr}, std::pair{"min", is_normal},
        std::pair{"max", is_normal}}) {
    const YamlNode* said = before != nullptr ? before->find(key) : nullptr;
    if (said != nullptr && fits && node.find(key) == nullptr) {
      set_key(node, key, *said);
    }
  }
  set_key(parameters, name, std::move(node));
}

// The one line of a piece of advice; empty if it has none.
std::optional<YamlEntry> line_of(const reports::Advice& advice) {
  std::vector<Diagnostic> diagnostics;
  auto line = parse_yaml({"advice", advice.yaml}, diagnostics);
  if (advice.yaml.empty() || !line || !diagnostics.empty() || line->entries.size() != 1) {
    return std::nullopt;
  }
  return std::move(line->entries.front());
}

bool has_parameter(const YamlNode& tree, const std::string& name) {
  const YamlNode* parameters = tree.find("parameters");
  return parameters != nullptr && parameters->find(name) != nullptr;
}

// `training: {epochs: 40}`: false if the file gives a setting elsewhere, where it would not act.
bool change_settings(Draft& draft, const YamlEntry& line, const std::string& why) {
  const YamlNode* search = draft.tree.find("search");
  const YamlNode* stages = search != nullptr ? search->find("stages") : nullptr;
  const bool own_epochs = stages != nullptr && stages->kind == YamlNode::Kind::kSequence;
  for (const YamlEntry& setting : line.value.entries) {
    if (has_parameter(draft.tree, setting.key) || (setting.key == "epochs" && own_epochs)) {
      return false;
    }
    write_setting(child_map(draft.tree, line.key), setting.key, setting.value);
    draft.changes.push_back({line.key, setting.key, why});
  }
  return true;
}

// Makes one change; false if the tree has no place for it.
bool apply(Draft& draft, const reports::Advice& advice) {
  auto line = line_of(advice);
  if (!line) {
    return false;
  }
  const std::string why = fmt::format("{}: {}", advice.text, advice.evidence);
  YamlNode& tree = draft.tree;
  if (line->key == "model" || line->key == "training") {
    return change_settings(draft, *line, why);
  }
  if (line->key == "run_cap") {
    const YamlNode* stop = tree.find("stop");
    if (stop != nullptr && stop->find("trials") != nullptr) {
      set_key(child_map(tree, "stop"), "trials", std::move(line->value));
      draft.changes.push_back({"stop", "", why});
    } else {
      set_key(tree, line->key, std::move(line->value));
      draft.changes.push_back({line->key, "", why});
    }
    return true;
  }
  if (advice.kind == "pruning") {
    set_key(tree, line->key, std::move(line->value));
    draft.changes.push_back({line->key, "", why});
    return true;
  }
  for (const char* section : {"model", "training"}) {
    if (const YamlNode* map = tree.find(section); map != nullptr && map->find(line->key)) {
      erase_key(child_map(tree, section), line->key);
    }
  }
  merge(child_map(tree, "parameters"), line->key, std::move(line->value));
  draft.changes.push_back({"parameters", line->key, why});
  return true;
}

// The best trial again with other seeds: nothing is drawn any more, a grid has one point a seed.
// The advice's own line belongs into the file of the old sweep, where a new one would search again.
bool repeat_best(Draft& draft, const reports::Advice& advice) {
  constexpr std::int64_t kSeeds = 5;
  if (advice.yaml.empty()) {
    return false;
  }
  YamlNode& tree = draft.tree;
  const YamlNode* search = tree.find("search");
  const YamlNode* method = tree.find("method");
  const search::SamplerInfo* sampler =
      method != nullptr ? search::find_sampler(method->text) : nullptr;
  const bool staged = (search != nullptr && search->find("stages") != nullptr) ||
                      (sampler != nullptr && sampler->staged());
  if (staged && advice.best_epochs > 0) {
    set_key(child_map(tree, "training"), "epochs", yaml_scalar(std::int64_t{advice.best_epochs}));
  }
  // The best trial satisfies the constraints, and may lack a parameter that they name.
  for (const char* key : {"search", "stop", "run_cap", "parameters", "constraints", "enqueue"}) {
    erase_key(tree, key);
  }
  if (tree.find("metric") != nullptr) {
    erase_key(child_map(tree, "metric"), "target");
  }
  if (tree.find("training") != nullptr) {
    erase_key(child_map(tree, "training"), "seed");
  }
  set_key(tree, "method", yaml_scalar(std::string("grid")));
  set_key(tree, "run_cap", yaml_scalar(kSeeds));
  YamlNode& parameters = child_map(tree, "parameters");
  for (const auto& [name, value] : search::parse_params_json(advice.best_params_json)) {
    merge(parameters, name, yaml_scalar(value));
  }
  std::vector<YamlNode> seeds;
  for (std::int64_t seed = 1; seed <= kSeeds; ++seed) {
    seeds.push_back(yaml_scalar(seed));
  }
  set_key(parameters, "seed", yaml_map({{"values", yaml_sequence(std::move(seeds))}}));
  draft.changes.push_back(
      {"parameters", "seed", fmt::format("{}: {}", advice.text, advice.evidence)});
  return true;
}

// Whatever the data is: it stays the same, and is not read here.
bool is_valid(YamlNode tree, const std::filesystem::path& folder) {
  erase_key(tree, "dataset");
  set_key(child_map(tree, "dataset"), "source",
          yaml_scalar(std::string(nn::kBuiltinDatasets.front().name)));
  std::vector<Diagnostic> diagnostics;
  return read_sweep(tree, "next", folder, diagnostics).has_value();
}

// The draft with one piece of advice carried out, and without the parameters that no trial can use
// any more; empty if that is no valid file.
std::optional<Draft> carry_out(const Draft& before,
                               const reports::Advice& advice,
                               const std::filesystem::path& folder) {
  Draft draft = before;
  if (!(advice.kind == "noise" ? repeat_best(draft, advice) : apply(draft, advice))) {
    return std::nullopt;
  }
  for (const LeftOut& one : leave_out_unneeded(draft.tree, folder)) {
    draft.changes.push_back(
        {"parameters", "", fmt::format("{} is left out: {}", one.name, one.why)});
  }
  return is_valid(draft.tree, folder) ? std::optional(std::move(draft)) : std::nullopt;
}

// Drops the old warm start, and lets a method that learns from each trial start from the results of
// this sweep.
void begin_with(const storage::SweepRow& sweep,
                const std::filesystem::path& database,
                YamlNode& tree,
                std::vector<Change>& changes) {
  if (YamlNode* search = tree.find("search")) {
    erase_key(*search, "warm_start");
    if (search->entries.empty()) {
      erase_key(tree, "search");
    }
  }
  const search::SamplerInfo* method = search::find_sampler(sweep.method);
  const bool repeats = std::any_of(changes.begin(), changes.end(),
                                   [](const Change& change) { return change.key == "seed"; });
  if (database.empty() || method == nullptr || method->learns != search::Learns::kTrials ||
      repeats) {
    return;
  }
  const std::string source =
      fmt::format("{}:{}", std::filesystem::absolute(database).string(), sweep.name);
  set_key(child_map(tree, "search"), "warm_start", yaml_scalar(source));
  changes.push_back(
      {"search", "warm_start", fmt::format("starts from the results of sweep {}", sweep.name)});
}

// Inserts a comment above each changed line.
std::string with_comments(const std::string& yaml, const std::vector<Change>& changes) {
  std::string text;
  std::string section;
  for (std::size_t at = 0; at < yaml.size();) {
    const std::size_t end = std::min(yaml.find('\n', at), yaml.size());
    const std::string line = yaml.substr(at, end - at);
    at = end + 1;
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string key = line.substr(indent, line.find(':', indent) - indent);
    section = indent == 0 ? key : section;
    for (const Change& change : changes) {
      const bool own = indent == 0 && change.section == key &&
                       (change.key.empty() || line.size() > key.size() + 1);
      const bool below = indent == 2 && change.section == section && emit_text(change.key) == key;
      if (own || below) {
        text += std::string(indent, ' ') + "# " + reports::printable(change.why) + "\n";
      }
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::vector<reports::Advice> feasible_advice(const storage::SweepRow& sweep,
                                             std::vector<reports::Advice> advice) {
  Draft draft;
  const std::filesystem::path folder = data_folder(sweep);
  try {
    draft.tree = stored_config(sweep);
  } catch (const storage::StoreError&) {
    return advice;  // whoever needs the file says what is wrong with it
  }
  erase_key(draft.tree, "name");  // --fresh may have given it one that no file can have
  if (is_valid(draft.tree, folder)) {
    std::erase_if(advice, [&](const reports::Advice& one) {
      return !one.yaml.empty() && !carry_out(draft, one, folder);
    });
  }
  return advice;
}

std::string next_yaml(const storage::SweepRow& sweep,
                      const std::vector<reports::Advice>& advice,
                      const std::vector<std::string>& taken,
                      const std::filesystem::path& database) {
  Draft draft{stored_config(sweep)};
  erase_key(draft.tree, "name");
  const std::filesystem::path folder = data_folder(sweep);
  // Pieces that are valid one by one may contradict each other: the more important one counts.
  for (const bool noise : {false, true}) {
    for (const reports::Advice& one : advice) {
      if ((one.kind == "noise") == noise && (!noise || draft.changes.empty())) {
        if (auto changed = carry_out(draft, one, folder)) {
          draft = *std::move(changed);
        }
      }
    }
  }
  auto& [tree, changes] = draft;
  if (changes.empty()) {
    return "";
  }
  begin_with(sweep, database, tree, changes);
  name_data_files(sweep, tree);
  tree.entries.insert(tree.entries.begin(),
                      {"name", {}, yaml_scalar(next_name(sweep.name, taken))});
  std::string head = fmt::format("# What should follow sweep {}, by what it found.\n",
                                 reports::printable(sweep.name));
  for (const Change& change : changes) {
    if (change.section == "parameters" && tree.find("parameters") == nullptr) {
      head += "# " + reports::printable(change.why) + "\n";
    }
  }
  return head + with_comments(emit_yaml(tree), changes);
}

}  // namespace hpsearch::runner
