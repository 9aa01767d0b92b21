// Writes trees as YAML that a person would have written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/base/value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Block YAML that parse_yaml reads back to a tree of the same values, kinds and order. Lists of
// single values and small maps below the top level stand on one line, {min: 1e-4, max: 1}, where 80
// columns hold them. Texts are quoted only where they would be read as something else. Numbers stay
// as they were written.
std::string emit_yaml(const YamlNode& node);

// A text as one plain or quoted scalar that reads back to it, wherever it stands.
std::string emit_text(std::string_view text);

// Nodes without a position.
YamlNode yaml_scalar(const nn::Value& value);  // a list gives a sequence
YamlNode yaml_null();
YamlNode yaml_sequence(std::vector<YamlNode> items);
YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries);

}  // namespace hpsearch::runner
