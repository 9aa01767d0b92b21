// Decides whether a sweep file continues a stored sweep, and explains the differences if not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_diff.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Describes the data as JSON for the database: the folder; path, size, SHA-256 and role of each
// file; task, rows, features and classes; the rows of each part; the name and treatment of each
// column. Only the files identify a data set. Without a data set it says that a
// program trains.
std::string data_json(const nn::TrainingData& data);

// SHA-256 over the parsed values and the data's checksums, without the keys that may change between
// runs.
std::string config_hash(const YamlNode& tree, const std::string& data_json);

// The sweep file of a stored sweep. Throws StoreError if it is not valid YAML.
YamlNode stored_config(const storage::SweepRow& sweep);

// The folder that a stored sweep read its data from.
std::string data_folder(const storage::SweepRow& sweep);

// True if the stored sweep and the file have the same limits: run_cap, stop and metric.target.
bool same_limits(const storage::SweepRow& sweep, const YamlNode& tree);

// The absolute path of the file that a stored sweep read as source, validation or test part
// (`role`) and that its sweep file calls `written`. Absent if it read no separate file for it.
std::optional<std::string> data_file(const storage::SweepRow& sweep,
                                     std::string_view role,
                                     const std::string& written);

// The differences between a stored sweep and a file, without those that may change between runs:
// comments, the order of keys, the description, and the limits, which extend or shorten a sweep.
std::vector<YamlDifference> differences(const storage::SweepRow& sweep,
                                        const YamlNode& tree,
                                        const std::string& data_json);

// The message that refuses to continue a sweep with a different configuration. Requires a
// difference.
std::string changed_text(const storage::SweepRow& sweep,
                         const std::filesystem::path& database,
                         const std::vector<YamlDifference>& differences);

// A clause that says how the data of a stored sweep differs from this file's; empty if checksums
// and numbers of rows agree.
std::string data_difference(const storage::SweepRow& sweep,
                            const YamlNode& tree,
                            const std::string& data_json);

}  // namespace hpsearch::runner
