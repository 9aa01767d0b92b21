// `parameters` of a sweep file: what each may be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings.h"
#include "runner/source_text.h"
#include "runner/yaml_tree.h"
#include "search/space.h"

namespace hpsearch::runner {

// A value for a setting in the setting's own type (whole numbers for integers, 0 as 0.0 for reals).
// Nothing, and an error at the node, if it is no valid value. `name` is what messages call it.
std::optional<nn::Value> read_setting(const nn::SettingInfo& setting,
                                      const YamlNode& node,
                                      const std::string& name,
                                      std::vector<Diagnostic>& diagnostics);

// What one entry of `parameters` says: a bare value, or {value}, {values}, or {min, max} with
// `distribution` or `scale`, `q`, `grid` and `limits` (else the setting's own). Nothing, and
// errors, if it says nothing valid.
std::optional<search::Parameter> read_parameter(const nn::SettingInfo& setting,
                                                const YamlEntry& entry,
                                                std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
