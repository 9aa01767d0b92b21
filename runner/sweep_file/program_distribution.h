// Reads the distribution of one parameter of a program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/space.h"

namespace hpsearch::runner {

// The parameter that a map such as {min: 1, max: 9} describes, by W&B's rules. `name`: the
// parameter's full name. `grid`: see program_parameters.h. `zipped`: it varies together with
// others, so its list stays as it is. Nothing, and errors, if it is invalid.
//
// What W&B draws and then rounds to multiples of q becomes a range of such multiples, each with a
// full share of the draws; multiples that a log scale cannot reach, such as 0, become a list with
// W&B's probabilities.
std::optional<search::Parameter> read_program_parameter(const std::string& name,
                                                        const YamlNode& map,
                                                        bool grid,
                                                        bool zipped,
                                                        std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
