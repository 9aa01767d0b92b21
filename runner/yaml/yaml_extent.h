// Measures YAML trees, to bound what a small file can expand to.
#pragma once

#include <cstddef>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct Extent {
  std::size_t nodes = 1;
  std::size_t bytes = 0;
  int depth = 0;  // nesting of maps and lists
};

// Recursive, which is safe because trees are at most kMaxYamlDepth deep.
Extent extent_of(const YamlNode& node);

}  // namespace hpsearch::runner
