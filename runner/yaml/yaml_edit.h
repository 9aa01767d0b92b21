// Changes of YAML trees.
#pragma once

#include <string>
#include <string_view>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Sets a map's key, at its place, or at the end where it is new.
void set_key(YamlNode& map, const std::string& key, YamlNode value);

void erase_key(YamlNode& map, std::string_view key);

// The map under `key`, made if it is not there, or is no map.
YamlNode& child_map(YamlNode& map, const std::string& key);

// One change of a sweep file: {"parameters.learning_rate.max", "0.1"}.
struct YamlEdit {
  std::string path;  // keys from the top, joined by points
  std::string value;
};

// "key=value". Throws UsageError for anything else.
YamlEdit parse_edit(const std::string& text);

// Makes the change; what is missing on the path is made. Throws UsageError where the path leads
// through something that is no map, or the value is no YAML.
void apply_edit(YamlNode& tree, const YamlEdit& edit);

}  // namespace hpsearch::runner
