// Reads sweep files whose trials are runs of a program: W&B's format, as W&B means it.
//
// No name has a meaning of the built-in trainer's there: parameters and the metric are called what
// the program calls them, and `model`, `training` and `dataset` are the user's own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// True if the file has `program` or `command`.
bool names_program(const YamlNode& tree);

// Requires names_program(tree). Nothing if there is any error.
std::optional<search::SweepSpec> read_program_sweep(const YamlNode& tree,
                                                    const std::string& stem,
                                                    std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
