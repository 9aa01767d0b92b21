// Reads the sections `search` and `stop` of a sweep file, and its limits.
#pragma once

#include <optional>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/samplers/sampler.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// `search`: options of the method. `epochs`: of a whole training; empty where the trials choose it.
search::SearchOptions read_search_options(MapReader& top,
                                          const search::SamplerInfo& method,
                                          std::optional<int> epochs,
                                          std::vector<Diagnostic>& diagnostics);

// `run_cap` and `stop`. `target`: what `metric.target` says. `default_trials` is the limit where
// the file says none.
search::StopLimits read_limits(MapReader& top,
                               std::optional<double> target,
                               std::int64_t default_trials,
                               std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
