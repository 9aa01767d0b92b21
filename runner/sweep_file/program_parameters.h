// Reads `parameters` of a sweep over a program: any names, any values, the distributions of W&B.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/space.h"

namespace hpsearch::runner {

struct ProgramParameters {
  // In the order of W&B's grid: by name on each level of nesting.
  search::Space space;
  // For each parameter inside of another one, such as schedule.hold.minutes: the names on its way.
  std::map<std::string, std::vector<std::string>> nested;
};

// `grid`: the method is `grid`, for which q_uniform is Python's arange(min, max, q), values that
// stand there twice count once, and distributions without a countable number of values are errors
// unless `grid: N` divides them. `zipped`: parameters that vary together with others. All errors go
// to `diagnostics`.
ProgramParameters read_program_parameters(const YamlNode& parameters,
                                          bool grid,
                                          const std::set<std::string>& zipped,
                                          std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
