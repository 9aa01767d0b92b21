// `parameters` of a sweep file: what each may be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/space.h"

namespace hpsearch::runner {

// What one entry of `parameters` says: a bare value, or {value}, {values} with `probabilities` and
// `ordered`, {min, max} with `distribution` or `scale`, `q`, `grid` and `limits` (else the
// setting's own), or a normal distribution with `mu` and `sigma`. Nothing, and errors, if it says
// nothing valid. Its `when` is read, and left out here: see runner/expression_reader.h.
std::optional<search::Parameter> read_parameter(const nn::SettingInfo& setting,
                                                const YamlEntry& entry,
                                                std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
