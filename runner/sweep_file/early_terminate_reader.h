// Reads `early_terminate` of a sweep file.
#pragma once

#include <optional>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/early_terminate.h"

namespace hpsearch::runner {

// Empty without the key, and where its `type` is none that there is. `folds`: of the data set, 0
// without.
std::optional<search::HyperbandSpec> read_early_terminate(MapReader& top,
                                                          int folds,
                                                          std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
