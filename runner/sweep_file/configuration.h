// Configurations as a person writes them on the command line or in a CSV file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

struct WrittenConfiguration {
  std::string where;        // "configs.csv:3: " before messages; empty on the command line
  std::string names_where;  // the same, of the line that has the names
  std::vector<std::pair<std::string, std::string>> values;
};

// From KEY=VALUE words. Throws UsageError for a word without '='.
WrittenConfiguration read_words(const std::vector<std::string>& words);

// From a CSV file whose header names parameters; an empty cell leaves its parameter out. Of a table
// of trials, as `export` and `report --csv` write it, only the settings count. Throws
// UsageError, with the line, for a row of another length and for a file without rows.
std::vector<WrittenConfiguration> read_configuration_file(const std::string& path);

// The values in their types. A value outside of what the sweep declares is taken, with a sentence
// in `notes`. Throws UsageError with everything that is wrong: names that are no parameters of the
// sweep, values that the trainer does not take.
search::ParamSet read_values(const WrittenConfiguration& written,
                             const search::SweepSpec& spec,
                             std::vector<std::string>& notes);

}  // namespace hpsearch::runner
