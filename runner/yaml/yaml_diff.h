// Compares two YAML trees by value: 1e-4 equals 0.0001, but 1 equals neither 1.0 nor '1'. The order
// of keys in a map does not matter; the order of items in a list does.
#pragma once

#include <string>
#include <vector>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// A scalar (or an empty map or list) that differs between the trees.
struct YamlDifference {
  std::string path;    // parameters.learning_rate.max, stages[0].share; empty: the whole tree
  std::string before;  // as YAML; empty: absent
  std::string after;
  bool operator==(const YamlDifference&) const = default;
};

// Differences in the order of `before`, then the additions of `after`.
std::vector<YamlDifference> diff_yaml(const YamlNode& before, const YamlNode& after);

// Sorted lines "path = value". Two trees give the same text if and only if diff_yaml() finds
// nothing.
std::string canonical_text(const YamlNode& node);

}  // namespace hpsearch::runner
