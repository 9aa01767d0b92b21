// Reads `checkpoints` of a sweep file.
#pragma once

#include <optional>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Empty without the key.
std::optional<search::CheckpointSpec> read_checkpoints(MapReader& top,
                                                       std::vector<Diagnostic>& diagnostics);

// Of a sweep over a program, whose state is its own: adds an error where the key is.
void refuse_checkpoints(MapReader& top);

}  // namespace hpsearch::runner
