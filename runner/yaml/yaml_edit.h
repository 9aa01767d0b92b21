// Edits YAML trees.
#pragma once

#include <string>
#include <string_view>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Sets a key of a map in place, or appends it if it is new.
void set_key(YamlNode& map, const std::string& key, YamlNode value);

void erase_key(YamlNode& map, std::string_view key);

// The map under `key`. Created if absent; replaces a value that is not a map.
YamlNode& child_map(YamlNode& map, const std::string& key);

// One change of a sweep file: {"parameters.learning_rate.max", "0.1"}.
struct YamlEdit {
  std::string path;  // keys from the root, joined by dots
  std::string value;
};

// "key=value". Throws UsageError for anything else.
YamlEdit parse_edit(const std::string& text);

// Applies the edit and creates missing maps on the path. Throws UsageError if the path leads
// through a value that is not a map, or if the new value is not valid YAML.
void apply_edit(YamlNode& tree, const YamlEdit& edit);

}  // namespace hpsearch::runner
