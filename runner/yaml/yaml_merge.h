// The merge keys ('<<') of YAML 1.1: further entries for a map.
#pragma once

#include <vector>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Adds the entries of the value of '<<', a map or a list of maps, to those gathered so far, and an
// error at `key` if it is neither.
void merge(const YamlNode& value,
           Position key,
           std::vector<YamlEntry>& gathered,
           std::vector<Diagnostic>& diagnostics);

// Adds to the map what it lacks: its own entries win, and earlier ones over later ones.
void add_merged(YamlNode& map, std::vector<YamlEntry> gathered);

}  // namespace hpsearch::runner
