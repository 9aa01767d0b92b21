// The size of YAML trees, for the bounds on what is read.
#pragma once

#include <cstddef>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct Extent {
  std::size_t nodes = 1;
  std::size_t bytes = 0;
  int depth = 0;  // maps and lists inside of each other
};

// What the tree costs. Recursive: trees are at most kMaxYamlDepth deep.
Extent extent_of(const YamlNode& node);

}  // namespace hpsearch::runner
