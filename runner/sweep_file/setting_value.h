// The value of a setting in YAML.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// A value for a setting in the setting's own type (whole numbers for integers, 0 as 0.0 for reals).
// Nothing, and an error at the node, if it is no valid value. `name` is what messages call it.
std::optional<nn::Value> read_setting(const nn::SettingInfo& setting,
                                      const YamlNode& node,
                                      const std::string& name,
                                      std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
