// The values among which a program's parameter chooses.
#pragma once

#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/distribution.h"

namespace hpsearch::runner {

// Reads `probabilities` of the parameter `name` into `choices`, which has its values: numbers from
// 0 to 1 that add up to 1. False, and an error, if they are not.
bool read_probabilities(const YamlNode& weights,
                        const std::string& name,
                        search::Categorical& choices,
                        std::vector<Diagnostic>& diagnostics);

// Values that stand there twice become one, with the chance of both; those without any go. 1 and
// 1.0 are the same value, 1 and "1" are not. `weighted`: chances count; a grid has none.
search::Categorical join_equal(const search::Categorical& choices, bool weighted);

}  // namespace hpsearch::runner
