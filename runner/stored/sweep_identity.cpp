#include "runner/stored/sweep_identity.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/sha256.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

// Keys that may change between the runs of a sweep.
constexpr std::array<std::string_view, 10> kFree{"description", "run_cap",  "stop",   "repeats",
                                                 "checkpoints", "project",  "entity", "controller",
                                                 "job",         "on_finish"};

YamlNode essential(YamlNode tree) {
  std::erase_if(tree.entries, [](const YamlEntry& entry) {
    return std::find(kFree.begin(), kFree.end(), entry.key) != kFree.end();
  });
  if (YamlNode* metric = tree.find("metric")) {
    erase_key(*metric, "target");
  }
  return tree;
}

// The limits in canonical form: equal limits give equal texts.
std::string limits_of(const YamlNode& tree) {
  YamlNode limits = yaml_map({});
  for (const char* key : {"run_cap", "stop", "repeats"}) {
    if (const YamlNode* value = tree.find(key)) {
      set_key(limits, key, *value);
    }
  }
  if (const YamlNode* metric = tree.find("metric")) {
    if (const YamlNode* target = metric->find("target")) {
      set_key(limits, "target", *target);
    }
  }
  return canonical_text(limits);
}

// What data_json() wrote of a file. Where the text is damaged, its parts are empty.
struct StoredFile {
  std::filesystem::path path;
  std::string role;
  std::string sha256;
};

std::string text_at(const nlohmann::json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "";
}

std::vector<StoredFile> stored_files(const std::string& data_json) {
  std::vector<StoredFile> files;
  const auto json = nn::parse_json(data_json);
  if (json.is_object() && json.contains("files") && json["files"].is_array()) {
    for (const auto& file : json["files"]) {
      files.push_back({text_at(file, "path"), text_at(file, "role"), text_at(file, "sha256")});
    }
  }
  return files;
}

struct DataFile {
  std::string label;  // for messages: "houses.csv (test)"
  std::string sha256;
};

// The data files by file name, because their folder may change but their content may not. The names
// are part of the configuration's hash; the labels are not.
std::map<std::string, DataFile> data_files(const std::string& data_json) {
  std::map<std::string, DataFile> result;
  for (const StoredFile& file : stored_files(data_json)) {
    std::string name = file.path.filename().string();
    const std::string label = file.role.empty() ? name : fmt::format("{} ({})", name, file.role);
    while (result.contains(name)) {
      name += " (another)";  // same name in another folder
    }
    result[name] = {label, file.sha256};
  }
  return result;
}

}  // namespace

std::string data_json(const nn::TrainingData& data) {
  if (data.dataset == nullptr) {
    return R"({"program":true})";
  }
  const nn::Dataset& dataset = *data.dataset;
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const nn::FileChecksum& file : dataset.files) {
    files.push_back({{"path", std::filesystem::absolute(file.path).string()},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256}});
    if (!file.role.empty()) {
      files.back()["role"] = file.role;
    }
  }
  const auto folder = dataset.files.empty()
                          ? std::filesystem::path()
                          : std::filesystem::absolute(dataset.files.front().path).parent_path();
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (const nn::ColumnReport& column : dataset.column_reports) {
    columns.push_back({{"name", column.name}, {"treatment", column.treatment}});
  }
  nlohmann::ordered_json json{{"folder", folder.string()},
                              {"files", files},
                              {"task", nn::to_text(dataset.task)},
                              {"rows", dataset.rows},
                              {"training_rows", data.split.train.size()},
                              {"validation_rows", data.split.validation.size()},
                              {"test_rows", data.split.test.size()},
                              {"features", dataset.columns},
                              {"classes", dataset.classes},
                              {"columns", columns},
                              {"notes", dataset.notes}};
  if (!data.folds.empty()) {
    json["folds"] = data.folds.size();
  }
  return nn::json_text(json);
}

std::string config_hash(const YamlNode& tree, const std::string& data_json) {
  // Databases store this hash: a change here would turn every existing sweep into a different one.
  std::string text = canonical_text(essential(tree));
  for (const auto& [name, file] : data_files(data_json)) {
    text += fmt::format("{} {}\n", name, file.sha256);
  }
  return nn::sha256_hex(text);
}

bool same_limits(const storage::SweepRow& sweep, const YamlNode& tree) {
  return limits_of(stored_config(sweep)) == limits_of(tree);
}

YamlNode stored_config(const storage::SweepRow& sweep) {
  std::vector<Diagnostic> diagnostics;
  auto tree = parse_yaml({"config_yaml", sweep.config_yaml}, diagnostics);
  if (!tree || !diagnostics.empty()) {
    throw storage::StoreError(
        fmt::format("the stored configuration of sweep '{}' cannot be read: {}", sweep.name,
                    diagnostics.empty() ? "" : diagnostics.front().message));
  }
  return *std::move(tree);
}

std::string data_folder(const storage::SweepRow& sweep) {
  const auto json = nn::parse_json(sweep.data_json);
  return text_at(json, "folder");
}

std::optional<std::string> data_file(const storage::SweepRow& sweep,
                                     std::string_view role,
                                     const std::string& written) {
  std::optional<std::string> found;
  for (const StoredFile& file : stored_files(sweep.data_json)) {
    const bool same_name = file.path.filename() == std::filesystem::path(written).filename();
    if (!file.path.empty() && (file.role.empty() ? same_name : file.role == role)) {
      found = file.path.string();
    }
  }
  return found;
}

std::vector<YamlDifference> differences(const storage::SweepRow& sweep,
                                        const YamlNode& tree,
                                        const std::string& data_json) {
  // The name is the same, as the sweep was found by it; the file's own may have been left out.
  YamlNode old_tree = essential(stored_config(sweep));
  YamlNode new_tree = essential(tree);
  erase_key(old_tree, "name");
  erase_key(new_tree, "name");
  auto result = diff_yaml(old_tree, new_tree);
  const auto before = data_files(sweep.data_json);
  const auto after = data_files(data_json);
  auto sum = [](const auto& all, const std::string& name) {
    const auto it = all.find(name);
    return it == all.end() ? std::string() : it->second.sha256.substr(0, 12);
  };
  for (const auto& [name, file] : before) {
    if (sum(after, name) != sum(before, name)) {
      result.push_back(
          {fmt::format("data file {}", file.label), sum(before, name), sum(after, name)});
    }
  }
  for (const auto& [name, file] : after) {
    if (!before.contains(name)) {
      result.push_back({fmt::format("data file {}", file.label), "", sum(after, name)});
    }
  }
  return result;
}

std::string changed_text(const storage::SweepRow& sweep,
                         const std::filesystem::path& database,
                         const std::vector<YamlDifference>& differences) {
  const auto display = [](const std::string& text) { return text.empty() ? "(absent)" : text; };
  std::string text = fmt::format("sweep '{}' is already in {} with a different configuration:\n",
                                 sweep.name, database.string());
  for (const YamlDifference& d : differences) {
    text += fmt::format("  {}: {} -> {}\n", d.path, display(d.before), display(d.after));
  }
  return text + fmt::format(
                    "rename the sweep in this file, or start over with --fresh (the old results "
                    "stay, as '{}~1')",
                    sweep.name);
}

std::string data_difference(const storage::SweepRow& sweep,
                            const YamlNode& tree,
                            const std::string& data_json) {
  const auto sums = [](const std::string& json) {
    std::multiset<std::string> all;
    for (const auto& [name, file] : data_files(json)) {
      all.insert(file.sha256);
    }
    return all;
  };
  const auto source = [](const YamlNode& config) {
    const YamlNode* dataset = config.find("dataset");
    const YamlNode* name = dataset == nullptr ? nullptr : dataset->find("source");
    return name == nullptr ? "" : name->text;
  };
  const auto before = sums(sweep.data_json);
  const auto now = sums(data_json);
  // Computed data has no files, only a name.
  if (before != now || (now.empty() && source(stored_config(sweep)) != source(tree))) {
    return "its data was different: the checksums differ";
  }
  const auto there = nn::parse_json(sweep.data_json);
  const auto here = nn::parse_json(data_json);
  for (const char* key : {"task", "training_rows", "validation_rows", "features"}) {
    if (there.is_object() && here.is_object() &&
        there.value(key, nlohmann::json()) != here.value(key, nlohmann::json())) {
      return "its data was split or prepared differently";
    }
  }
  return "";
}

}  // namespace hpsearch::runner
