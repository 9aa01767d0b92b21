// Reads `ensemble` of a sweep file.
#pragma once

#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// `folds`: of the data set, 0 without.
search::EnsembleSpec read_ensemble(MapReader& top, int folds, std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
