// `parameters` of a sweep file: what each may be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings.h"
#include "runner/source_text.h"
#include "runner/yaml_tree.h"
#include "search/distribution.h"

namespace hpsearch::runner {

// A value for a setting in the setting's own type (whole numbers for integers, 0 as 0.0 for reals).
// Nothing, and an error at the node, if it is no valid value. `name` is what messages call it.
std::optional<nn::Value> read_setting(const nn::SettingInfo& setting,
                                      const YamlNode& node,
                                      const std::string& name,
                                      std::vector<Diagnostic>& diagnostics);

// What one entry of `parameters` says: a bare value, or {value}, {values}, or {min, max} with
// `distribution` or `scale`, and `q`. Nothing, and errors, if it says nothing valid.
std::optional<search::Distribution> read_distribution(const nn::SettingInfo& setting,
                                                      const YamlEntry& entry,
                                                      std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
