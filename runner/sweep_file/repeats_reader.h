// Reads `repeats` of a sweep file.
#pragma once

#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Requires spec.dataset, .ensemble and .program. `has_metric`: false where no trial is better than
// another.
search::RepeatsSpec read_repeats(MapReader& top,
                                 const search::SweepSpec& spec,
                                 bool has_metric,
                                 std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
