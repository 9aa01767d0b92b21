// Reads the value of a setting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// A value in the type of the setting: integers for whole numbers, and 0 as 0.0 for real ones.
// Nothing and an error at the node if it is invalid. `name` is the setting's name in messages.
std::optional<nn::Value> read_setting(const nn::SettingInfo& setting,
                                      const YamlNode& node,
                                      const std::string& name,
                                      std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
