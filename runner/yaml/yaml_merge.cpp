#include "runner/yaml/yaml_merge.h"

#include <utility>

namespace hpsearch::runner {

void merge(const YamlNode& value,
           Position key,
           std::vector<YamlEntry>& gathered,
           std::vector<Diagnostic>& diagnostics) {
  if (value.kind == YamlNode::Kind::kMap) {
    gathered.insert(gathered.end(), value.entries.begin(), value.entries.end());
  } else if (value.kind == YamlNode::Kind::kSequence) {
    for (const YamlNode& item : value.items) {
      merge(item, key, gathered, diagnostics);
    }
  } else {
    diagnostics.push_back({key, "'<<' merges maps: write <<: *anchor, or a list of such aliases"});
  }
}

void add_merged(YamlNode& map, std::vector<YamlEntry> gathered) {
  for (YamlEntry& entry : gathered) {
    if (map.find(entry.key) == nullptr) {
      map.entries.push_back(std::move(entry));
    }
  }
}

}  // namespace hpsearch::runner
