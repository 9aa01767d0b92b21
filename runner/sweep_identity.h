// Is this the sweep that the database knows? What makes two runs one search.
#pragma once

#include <string>
#include <vector>

#include "nn/dataset.h"
#include "runner/sweep_file.h"
#include "runner/yaml_diff.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The data files as the database keeps them: folder, and path, bytes and sha256 of each file.
std::string data_json(const nn::Dataset& dataset);

// SHA-256 over the file's parsed values and the data's checksums, without what may change.
std::string config_hash(const YamlNode& tree, const std::string& data_json);

// The sweep file that a stored sweep ran. Throws StoreError if it is no YAML any more.
YamlNode stored_config(const storage::SweepRow& sweep);

// The folder that a stored sweep read its data from.
std::string data_folder(const storage::SweepRow& sweep);

// Has the stored sweep the limits of this file: run_cap, stop, metric.target?
bool same_limits(const storage::SweepRow& sweep, const YamlNode& tree);

// What differs between a stored sweep and a file, but for what may change: comments, the order of
// keys, texts that do not act on the search, and the limits, which extend or cut a sweep.
std::vector<YamlDifference> differences(const storage::SweepRow& sweep,
                                        const YamlNode& tree,
                                        const std::string& data_json);

}  // namespace hpsearch::runner
