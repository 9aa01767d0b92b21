#include "runner/yaml/yaml_extent.h"

#include <algorithm>

namespace hpsearch::runner {

Extent extent_of(const YamlNode& node) {
  Extent extent{1, node.text.size(), 0};
  const auto add = [&](const YamlNode& child) {
    const Extent inner = extent_of(child);
    extent.nodes += inner.nodes;
    extent.bytes += inner.bytes;
    extent.depth = std::max(extent.depth, inner.depth);
  };
  std::ranges::for_each(node.items, add);
  for (const YamlEntry& entry : node.entries) {
    extent.bytes += entry.key.size();
    add(entry.value);
  }
  if (node.kind == YamlNode::Kind::kSequence || node.kind == YamlNode::Kind::kMap) {
    ++extent.depth;
  }
  return extent;
}

}  // namespace hpsearch::runner
