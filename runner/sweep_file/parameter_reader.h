// Reads `parameters` of a sweep file: the values that each may take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/space.h"

namespace hpsearch::runner {

// Reads one entry of `parameters`: a bare value; {value}; {values} with `probabilities` and
// `ordered`; {min, max} with `distribution` or `scale`, `q`, `grid` and `limits` (default: the
// setting's own); or a normal distribution with `mu` and `sigma`. Nothing and errors if the entry
// is invalid. `when` is accepted here and read later: see expression_reader.h.
std::optional<search::Parameter> read_parameter(const nn::SettingInfo& setting,
                                                const YamlEntry& entry,
                                                std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
