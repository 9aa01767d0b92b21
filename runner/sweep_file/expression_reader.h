// Reads expressions over parameters: `when` and `constraints`.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Sets the condition of each parameter in `spec.space` from the map `parameters`, and reads the
// list `constraints`. Expressions may use the parameters and the settings that the file fixes; the
// latter become constants. Constraints may use what a trial measures, too
// (search/sweep/feasibility.h), and are then kept apart. Errors point into the expression: syntax,
// unknown names, operators that do not fit their operands, circular conditions. `written`: all
// names in the file, readable or not; an expression over an unreadable one is skipped, since that
// error is reported elsewhere.
void read_expressions(const YamlNode* parameters,
                      MapReader& top,
                      const std::set<std::string>& written,
                      search::SweepSpec& spec,
                      std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
