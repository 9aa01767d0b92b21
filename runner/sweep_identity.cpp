#include "runner/sweep_identity.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/sha256.h"
#include "runner/yaml_edit.h"
#include "runner/yaml_emit.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

// Keys that may change between the runs of a sweep.
constexpr std::array<std::string_view, 3> kFree{"description", "run_cap", "stop"};

YamlNode essential(YamlNode tree) {
  std::erase_if(tree.entries, [](const YamlEntry& entry) {
    return std::find(kFree.begin(), kFree.end(), entry.key) != kFree.end();
  });
  if (YamlNode* metric = tree.find("metric")) {
    erase_key(*metric, "target");
  }
  return tree;
}

// The limits alone, as a text that is equal where they are.
std::string limits_of(const YamlNode& tree) {
  YamlNode limits = yaml_map({});
  for (const char* key : {"run_cap", "stop"}) {
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

// File name to checksum. Where the files lie may change, what is in them may not.
std::map<std::string, std::string> checksums(const std::string& data_json) {
  std::map<std::string, std::string> result;
  const auto json = nlohmann::json::parse(data_json, nullptr, false);
  if (json.is_object() && json.contains("files")) {
    for (const auto& file : json["files"]) {
      std::string name = std::filesystem::path(file.value("path", "")).filename().string();
      while (result.contains(name)) {
        name += " (another)";  // of the same name, in another folder
      }
      result[name] = file.value("sha256", "");
    }
  }
  return result;
}

}  // namespace

std::string data_json(const nn::Dataset& dataset) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const nn::FileChecksum& file : dataset.files) {
    files.push_back({{"path", std::filesystem::absolute(file.path).string()},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256}});
  }
  const auto folder = dataset.files.empty()
                          ? std::filesystem::path()
                          : std::filesystem::absolute(dataset.files.front().path).parent_path();
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (const nn::ColumnReport& column : dataset.column_reports) {
    columns.push_back({{"name", column.name}, {"treatment", column.treatment}});
  }
  return nlohmann::ordered_json{{"folder", folder.string()},
                                {"files", files},
                                {"task", nn::to_text(dataset.task)},
                                {"rows", dataset.rows},
                                {"features", dataset.columns},
                                {"classes", dataset.classes},
                                {"columns", columns}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string config_hash(const YamlNode& tree, const std::string& data_json) {
  std::string text = canonical_text(essential(tree));
  for (const auto& [file, sum] : checksums(data_json)) {
    text += fmt::format("{} {}\n", file, sum);
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
  const auto json = nlohmann::json::parse(sweep.data_json, nullptr, false);
  return json.is_object() ? json.value("folder", "") : "";
}

std::optional<std::string> data_file(const storage::SweepRow& sweep, const std::string& written) {
  const auto json = nlohmann::json::parse(sweep.data_json, nullptr, false);
  std::optional<std::string> found;
  if (json.is_object() && json.contains("files")) {
    for (const auto& file : json["files"]) {
      const std::filesystem::path path = file.value("path", "");
      if (!path.empty() && path.filename() == std::filesystem::path(written).filename()) {
        found = path.string();
      }
    }
  }
  return found;
}

std::vector<YamlDifference> differences(const storage::SweepRow& sweep,
                                        const YamlNode& tree,
                                        const std::string& data_json) {
  auto result = diff_yaml(essential(stored_config(sweep)), essential(tree));
  const auto before = checksums(sweep.data_json);
  const auto after = checksums(data_json);
  auto sum = [](const auto& all, const std::string& file) {
    const auto it = all.find(file);
    return it == all.end() ? std::string() : it->second.substr(0, 12);
  };
  for (const auto& [file, checksum] : before) {
    if (sum(after, file) != checksum.substr(0, 12)) {
      result.push_back({fmt::format("data file {}", file), sum(before, file), sum(after, file)});
    }
  }
  for (const auto& [file, checksum] : after) {
    if (!before.contains(file)) {
      result.push_back({fmt::format("data file {}", file), "", checksum.substr(0, 12)});
    }
  }
  return result;
}

}  // namespace hpsearch::runner
