// Reads configurations from the command line or a CSV file, for `enqueue`.
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

// The message for a name that is not a parameter of the sweep.
std::string unknown_parameter(const std::string& name, const search::SweepSpec& spec);

// Why the sweep would never sample this value, as the end of a sentence that begins with it; empty
// if it could.
std::string why_outside(const search::Parameter& parameter, const nn::Value& value);

// From KEY=VALUE arguments. Throws UsageError for an argument without a key or a '='.
WrittenConfiguration read_words(const std::vector<std::string>& words);

// From a CSV file whose header names parameters; an empty cell leaves its parameter out. Of a table
// of trials, as `export` and `report --csv` write it, only the settings count. Throws
// UsageError, with the line, for a row of another length and for a file without rows.
std::vector<WrittenConfiguration> read_configuration_file(const std::string& path);

// The values in the types of their settings. A value outside the declared range is accepted, with a
// sentence in `notes`. Throws UsageError, listing all errors: names that are not parameters of the
// sweep, and values that the trainer does not accept.
search::ParamSet read_values(const WrittenConfiguration& written,
                             const search::SweepSpec& spec,
                             std::vector<std::string>& notes);

}  // namespace hpsearch::runner
