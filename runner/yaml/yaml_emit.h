// Writes trees as YAML in the style of a person.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/base/value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Block YAML that parse_yaml() reads back to the same values, kinds and order. Lists of scalars and
// small maps below the top level go on one line, {min: 1e-4, max: 1}, if they fit into 80 columns.
// Text is quoted only if it would be read as something else. Numbers keep their spelling.
std::string emit_yaml(const YamlNode& node);

// Text as a plain or quoted scalar that reads back unchanged in any context.
std::string emit_text(std::string_view text);

// Nodes without a position.
YamlNode yaml_scalar(const nn::Value& value);  // a list gives a sequence, a map a map
YamlNode yaml_null();
YamlNode yaml_sequence(std::vector<YamlNode> items);
YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries);

}  // namespace hpsearch::runner
