// Reads `enqueue` of a sweep file: the configurations that are tried first.
#pragma once

#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

inline constexpr std::size_t kMaxEnqueued = 10'000;

// Each is a map from parameters of the sweep to values, which may lie outside the declared ranges
// (a warning says so). Requires a `spec` that was read without errors up to its parameters and
// constraints. A configuration that cannot be trained is an error at its place.
std::vector<search::ParamSet> read_enqueue(const YamlNode& list,
                                           const search::SweepSpec& spec,
                                           std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
