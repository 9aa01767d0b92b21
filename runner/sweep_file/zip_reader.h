// Reads `zip`: lists of parameters that vary together.
#pragma once

#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/space/space.h"

namespace hpsearch::runner {

// zip: [[width, heads]] lets the values of `width` and `heads` at the same place of their lists go
// together. One of them stays a choice, the others follow it. Requires that the conditions of
// `space` have been read; adds errors for lists of different lengths, for parameters without a
// list, with a condition or in two groups, and for groups of which no list has different values.
void read_zip(MapReader& top, search::Space& space, std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
