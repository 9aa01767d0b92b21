// Expressions over parameters: `when` of a parameter, and `constraints`.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Gives each parameter of `spec.space` its condition, from the map `parameters`, and reads the list
// `constraints`. Names are the space's parameters, and settings that the file fixes, which become
// constants. Errors stand at the place in the expression: syntax, unknown names, operators that do
// not fit, conditions that depend on each other in a circle. `written`: names that the file has,
// whether or not they could be read; an expression over one that could not is passed over.
void read_expressions(const YamlNode* parameters,
                      MapReader& top,
                      const std::set<std::string>& written,
                      search::SweepSpec& spec,
                      std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
