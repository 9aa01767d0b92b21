// Reads configurations from the command line or a CSV file, for `enqueue`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

struct WrittenConfiguration {
  std::string where;  // prefix of messages: "configs.csv:3: "; empty for the command line
  std::vector<std::pair<std::string, std::string>> values;
};

// From KEY=VALUE arguments. Throws UsageError for an argument without a key or a '='.
WrittenConfiguration read_words(const std::vector<std::string>& words);

// From a CSV file whose header names parameters; an empty cell omits its parameter. Throws
// UsageError if the file cannot be read or has no rows, and, with the line, for a row of a
// different length.
std::vector<WrittenConfiguration> read_configuration_file(const std::string& path);

// The values in the types of their settings. A value outside the declared range is accepted, with a
// sentence in `notes`. Throws UsageError, listing all errors: names that are not parameters of the
// sweep, and values that the trainer does not accept.
search::ParamSet read_values(const WrittenConfiguration& written,
                             const search::SweepSpec& spec,
                             std::vector<std::string>& notes);

}  // namespace hpsearch::runner
