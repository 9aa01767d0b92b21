// Makes the data paths of a stored sweep valid for a file in another folder.
#pragma once

#include <filesystem>

#include "runner/yaml/yaml_tree.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Replaces the data paths in the tree of a stored sweep by absolute ones, and writes out
// split_seed.
void name_data_files(const storage::SweepRow& sweep, YamlNode& tree);

// Makes the relative paths of a sweep file absolute: of its data and of search.warm_start, as far
// as they exist. `folder`: what they are relative to.
void make_paths_absolute(YamlNode& tree, const std::filesystem::path& folder);

}  // namespace hpsearch::runner
