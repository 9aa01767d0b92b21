// Reads what `dataset` of a sweep file says about the reading of a table.
#pragma once

#include <vector>

#include "nn/data/dataset.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {

// The keys columns, missing, separator, decimal, encoding, header and max_levels. They are errors
// where `source` is a built-in data set. Requires that `source` has its name and folder.
nn::ReadingRules read_reading_rules(MapReader& dataset,
                                    const nn::DatasetSource& source,
                                    std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
