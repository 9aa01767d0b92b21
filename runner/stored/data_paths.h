// Makes the data paths of a stored sweep valid for a file in another folder.
#pragma once

#include "runner/yaml/yaml_tree.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Replaces the data paths in the tree of a stored sweep by absolute ones, and writes out
// split_seed.
void name_data_files(const storage::SweepRow& sweep, YamlNode& tree);

}  // namespace hpsearch::runner
