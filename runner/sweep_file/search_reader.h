// Reads `search`, `stop` and `run_cap` of a sweep file.
#pragma once

#include <optional>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/samplers/sampler.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Reads `search`, the options of the method. `epochs`: of a full training; empty if they vary by
// trial.
search::SearchOptions read_search_options(MapReader& top,
                                          const search::SamplerInfo& method,
                                          std::optional<int> epochs,
                                          std::vector<Diagnostic>& diagnostics);

// Reads `run_cap` and `stop`. `target`: the value of `metric.target`. `default_trials`: the limit
// if the file sets none.
search::StopLimits read_limits(MapReader& top,
                               std::optional<double> target,
                               std::int64_t default_trials,
                               std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
