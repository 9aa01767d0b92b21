#include "runner/sweep_file/program_value.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {

nn::Value program_value(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nn::NullValue{};
    case YamlNode::Kind::kSequence: {
      nn::ValueList list;
      for (const YamlNode& item : node.items) {
        list.push_back(program_value(item));
      }
      return list;
    }
    case YamlNode::Kind::kMap: {
      nn::ValueMap map;
      for (const YamlEntry& entry : node.entries) {
        map.push_back({entry.key, program_value(entry.value)});
      }
      std::sort(map.begin(), map.end(),
                [](const nn::ValueEntry& a, const nn::ValueEntry& b) { return a.name < b.name; });
      return map;
    }
    case YamlNode::Kind::kScalar:
      break;
  }
  Scalar scalar = read_scalar(node);
  if (std::holds_alternative<NullScalar>(scalar)) {
    return nn::NullValue{};
  }
  auto* value = std::get_if<nn::Value>(&scalar);
  return value == nullptr ? nn::Value(node.text) : std::move(*value);
}

}  // namespace hpsearch::runner
