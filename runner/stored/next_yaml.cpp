#include "runner/stored/next_yaml.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/stored/data_paths.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_reader.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

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
  if (stem.size() > kMaxSweepNameBytes - 8) {
    std::size_t kept = kMaxSweepNameBytes - 8;
    while (kept > 0 && (static_cast<unsigned char>(stem[kept]) & 0xc0U) == 0x80U) {
      --kept;  // not in the middle of a character
    }
    stem.resize(kept);
  }
  auto is_taken = [&](const std::string& candidate) {
    return std::any_of(taken.begin(), taken.end(),
                       [&](const std::string& other) { return lower(other) == lower(candidate); });
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

// Replaces a parameter. If both old and new are ranges, only min and max change. Otherwise the new
// parameter keeps the old condition, and those old keys that fit its form.
void merge(YamlNode& parameters, const std::string& name, YamlNode node) {
  YamlNode* before = nullptr;
  for (auto& entry : parameters.entries) {
    if (entry.key == name) {
      before = &entry.value;
    }
  }
  const bool ends = before != nullptr && before->find("min") != nullptr &&
                    before->find("max") != nullptr && node.find("min") != nullptr &&
                    node.find("max") != nullptr;
  if (!ends) {
    const bool conditional = before != nullptr && before->find("when") != nullptr;
    if (conditional && node.kind != YamlNode::Kind::kMap) {
      node = yaml_map({{"value", std::move(node)}});
    }
    for (const auto& [key, fits] :
         {std::pair{"when", true}, std::pair{"limits", node.find("min") != nullptr},
          std::pair{"ordered", node.find("values") != nullptr}}) {
      const YamlNode* said = before != nullptr ? before->find(key) : nullptr;
      if (said != nullptr && fits && node.find(key) == nullptr) {
        set_key(node, key, *said);
      }
    }
    set_key(parameters, name, std::move(node));
    return;
  }
  set_key(*before, "min", *node.find("min"));
  set_key(*before, "max", *node.find("max"));
}

// Applies one piece of advice, or nothing if it does not fit into the tree.
void apply(YamlNode& tree, const reports::Advice& advice, std::vector<Change>& changes) {
  std::vector<Diagnostic> diagnostics;
  auto line = parse_yaml({"advice", advice.yaml}, diagnostics);
  if (advice.yaml.empty() || !line || !diagnostics.empty() || line->entries.size() != 1) {
    return;
  }
  const std::string key = line->entries.front().key;
  YamlNode& value = line->entries.front().value;
  const std::string why = fmt::format("{}: {}", advice.text, advice.evidence);
  if (advice.kind == "few_trials") {
    const YamlNode* stop = tree.find("stop");
    if (stop != nullptr && stop->find("trials") != nullptr) {
      set_key(child_map(tree, "stop"), "trials", std::move(value));
      changes.push_back({"stop", "", why});
    } else {
      set_key(tree, key, std::move(value));
      changes.push_back({key, "", why});
    }
    return;
  }
  if (advice.kind == "epochs") {
    const YamlNode* search = tree.find("search");
    if (search != nullptr && search->find("stages") != nullptr) {
      return;  // the stages have epochs of their own
    }
    set_key(child_map(tree, "training"), "epochs", *value.find("epochs"));
    changes.push_back({"training", "epochs", why});
    return;
  }
  for (const char* section : {"model", "training"}) {
    if (const YamlNode* map = tree.find(section); map != nullptr && map->find(key) != nullptr) {
      erase_key(child_map(tree, section), key);
    }
  }
  merge(child_map(tree, "parameters"), key, std::move(value));
  changes.push_back({"parameters", key, why});
}

// Repeats the best trial with other seeds: all parameters are fixed, and the grid has one point per
// seed.
void repeat_best(YamlNode& tree, const reports::Advice& advice, std::vector<Change>& changes) {
  std::vector<Diagnostic> diagnostics;
  const auto line = parse_yaml({"advice", advice.yaml}, diagnostics);
  if (advice.yaml.empty() || !line || !diagnostics.empty() || line->entries.size() != 1) {
    return;
  }
  const YamlNode* search = tree.find("search");
  if (search != nullptr && search->find("stages") != nullptr && advice.best_epochs > 0) {
    set_key(child_map(tree, "training"), "epochs", yaml_scalar(std::int64_t{advice.best_epochs}));
  }
  for (const char* key : {"search", "stop", "run_cap", "parameters"}) {
    erase_key(tree, key);
  }
  if (tree.find("training") != nullptr) {
    erase_key(child_map(tree, "training"), "seed");
  }
  set_key(tree, "method", yaml_scalar(std::string("grid")));
  set_key(tree, "run_cap", yaml_scalar(std::int64_t{5}));
  YamlNode& parameters = child_map(tree, "parameters");
  for (const auto& [name, value] : search::parse_params_json(advice.best_params_json)) {
    set_key(parameters, name, yaml_scalar(value));
  }
  set_key(parameters, "seed", line->entries.front().value);
  changes.push_back({"parameters", "seed", fmt::format("{}: {}", advice.text, advice.evidence)});
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

std::string next_yaml(const storage::SweepRow& sweep,
                      const std::vector<reports::Advice>& advice,
                      const std::vector<std::string>& taken,
                      const std::filesystem::path& database) {
  YamlNode tree = stored_config(sweep);
  std::vector<Change> changes;
  for (const reports::Advice& one : advice) {
    if (one.kind != "noise") {
      apply(tree, one, changes);
    }
  }
  for (const reports::Advice& one : advice) {
    if (one.kind == "noise" && changes.empty()) {
      repeat_best(tree, one, changes);
    }
  }
  if (changes.empty()) {
    return "";
  }
  begin_with(sweep, database, tree, changes);
  name_data_files(sweep, tree);
  erase_key(tree, "name");
  tree.entries.insert(tree.entries.begin(),
                      {"name", {}, yaml_scalar(next_name(sweep.name, taken))});
  return fmt::format("# The suggested next sweep after {}, based on its results.\n",
                     reports::printable(sweep.name)) +
         with_comments(emit_yaml(tree), changes);
}

}  // namespace hpsearch::runner
