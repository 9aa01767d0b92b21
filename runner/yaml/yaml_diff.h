// What differs between two YAML trees, by value: 1e-4 equals 0.0001 and 1 equals 1.0, but 1 and '1'
// are not equal. The order of a map's keys does not count, that of a list's items does.
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

// Lines "path = value", sorted. Here 1 and 1.0 are different lines: hashes are made of them.
std::string canonical_text(const YamlNode& node);

}  // namespace hpsearch::runner
