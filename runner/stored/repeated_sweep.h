// A sweep that a database has, to be run again from its rows alone: `run --from-db`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "storage/records.h"

namespace hpsearch::runner {

struct RepeatedSweep {
  std::filesystem::path database;  // that has it
  storage::SweepRow row;
};

// `text` is FILE or FILE:SWEEP, where FILE is the longest beginning that names a file, else the
// name of a sweep in `database`. The default is the newest sweep. Throws UsageError and StoreError.
RepeatedSweep find_repeated(const std::string& text, const std::filesystem::path& database);

// The sweep file as it was run last, without `on_finish`: nobody has read it before. Relative paths
// count from the folder that they counted from then, or, where the data is not there any more, from
// the working folder. Throws SweepFileError.
SweepFile repeated_file(const RepeatedSweep& repeated, const std::vector<YamlEdit>& edits);

// Throws UsageError if the data, as data_json() describes it, has other bytes than the data of the
// stored sweep, or other rows where it is computed.
void require_same_data(const RepeatedSweep& repeated,
                       const YamlNode& tree,
                       const std::string& data_json);

}  // namespace hpsearch::runner
