// Is this the sweep that the database knows? What makes two runs one search.
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

// The data as the database keeps it: folder; path, bytes, sha256 and role of each file; task, rows,
// features and classes; the rows of each part; name and treatment of each column of a table. Only
// the files tell data sets apart.
std::string data_json(const nn::TrainingData& data);

// SHA-256 over the file's parsed values and the data's checksums, without what may change.
std::string config_hash(const YamlNode& tree, const std::string& data_json);

// The sweep file that a stored sweep ran. Throws StoreError if it is no YAML any more.
YamlNode stored_config(const storage::SweepRow& sweep);

// The folder that a stored sweep read its data from.
std::string data_folder(const storage::SweepRow& sweep);

// Has the stored sweep the limits of this file: run_cap, stop, metric.target?
bool same_limits(const storage::SweepRow& sweep, const YamlNode& tree);

// The whole path of the file that a stored sweep read as its source, validation or test part
// (`role`), and that its sweep file calls `written`. Absent: it read no file of its own for it.
std::optional<std::string> data_file(const storage::SweepRow& sweep,
                                     std::string_view role,
                                     const std::string& written);

// What differs between a stored sweep and a file, but for what may change: comments, the order of
// keys, texts that do not act on the search, and the limits, which extend or cut a sweep.
std::vector<YamlDifference> differences(const storage::SweepRow& sweep,
                                        const YamlNode& tree,
                                        const std::string& data_json);

// The message that refuses to go on with a sweep that was begun otherwise. Requires a difference.
std::string changed_text(const storage::SweepRow& sweep,
                         const std::filesystem::path& database,
                         const std::vector<YamlDifference>& differences);

// In which way a stored sweep had other data than this file, as a sentence; empty: the same, as far
// as checksums and numbers of rows tell.
std::string data_difference(const storage::SweepRow& sweep,
                            const YamlNode& tree,
                            const std::string& data_json);

}  // namespace hpsearch::runner
