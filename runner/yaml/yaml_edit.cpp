#include "runner/yaml/yaml_edit.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/settings/settings.h"
#include "runner/console/usage_error.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {

void set_key(YamlNode& map, const std::string& key, YamlNode value) {
  if (YamlNode* existing = map.find(key)) {
    *existing = std::move(value);
  } else {
    map.entries.push_back({key, {}, std::move(value)});
  }
}

void erase_key(YamlNode& map, std::string_view key) {
  std::erase_if(map.entries, [&](const YamlEntry& entry) { return entry.key == key; });
}

YamlNode& child_map(YamlNode& map, const std::string& key) {
  YamlNode* existing = map.find(key);
  if (existing == nullptr || existing->kind != YamlNode::Kind::kMap) {
    set_key(map, key, yaml_map({}));
    existing = map.find(key);
  }
  return *existing;
}

YamlEdit parse_edit(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string path = text.substr(0, equals);
  const bool gap = path.empty() || path.front() == '.' || path.back() == '.' ||
                   path.find("..") != std::string::npos;
  if (equals == std::string::npos || gap) {
    throw UsageError(
        fmt::format("--set needs KEY=VALUE, such as training.epochs=5 or "
                    "parameters.learning_rate.max=0.1; found '{}'",
                    text));
  }
  return {path, text.substr(equals + 1)};
}

void apply_edit(YamlNode& tree, const YamlEdit& edit) {
  std::vector<Diagnostic> diagnostics;
  auto value = parse_yaml({"--set", edit.value}, diagnostics);
  if (!value || !diagnostics.empty()) {
    throw UsageError(fmt::format("--set {}={}: the value is not valid YAML: {}", edit.path,
                                 edit.value,
                                 diagnostics.empty() ? "" : diagnostics.front().message));
  }
  YamlNode* map = &tree;
  std::size_t begin = 0;
  for (std::size_t point = 0; (point = edit.path.find('.', begin)) != std::string::npos;
       begin = point + 1) {
    // A dotted setting such as schedule.factor is a single key under `parameters`, or where the
    // file already writes it that way.
    const std::size_t next_point = std::min(edit.path.find('.', point + 1), edit.path.size());
    const std::string both = edit.path.substr(begin, next_point - begin);
    const bool parameter = edit.path.starts_with("parameters.") && begin == 11;
    if (nn::find_setting(both) != nullptr && (parameter || map->find(both) != nullptr)) {
      point = next_point;
      if (point == edit.path.size()) {
        break;
      }
    }
    const std::string key = edit.path.substr(begin, point - begin);
    YamlNode* next = map->find(key);
    if (next != nullptr && next->kind != YamlNode::Kind::kMap &&
        next->kind != YamlNode::Kind::kNull) {
      throw UsageError(
          fmt::format("--set {}: '{}' is not a map, so nothing can be set inside it; set it as a "
                      "whole: --set '{}={{...}}'",
                      edit.path, edit.path.substr(0, point), edit.path.substr(0, point)));
    }
    map = &child_map(*map, key);
  }
  set_key(*map, edit.path.substr(begin), *std::move(value));
}

}  // namespace hpsearch::runner
