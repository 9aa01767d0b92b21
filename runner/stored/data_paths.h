// A stored sweep's data in a sweep file that may lie elsewhere.
#pragma once

#include "runner/yaml/yaml_tree.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Names the data of the stored sweep in its tree by whole paths, and writes down its split_seed.
void name_data_files(const storage::SweepRow& sweep, YamlNode& tree);

}  // namespace hpsearch::runner
