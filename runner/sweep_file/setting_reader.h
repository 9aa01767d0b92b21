// Reads `model` and `training` of a sweep file: the settings of all trials.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// The position of each setting and parameter in the file.
using SettingPositions = std::map<std::string, Position, std::less<>>;

// Adds the settings in the map under `key`. A setting that is a map, as in
// schedule: {type: step, every: 5}, becomes the settings `schedule`, `schedule.every`, ...
void read_settings(const YamlNode& node,
                   const std::string& key,
                   nn::Section section,
                   nn::SettingMap& settings,
                   SettingPositions& positions,
                   std::vector<Diagnostic>& diagnostics);

// Writes a setting where read_settings() would read it: `schedule.every` goes inside the map
// `schedule`, into which a plain value is converted.
void write_setting(YamlNode& section, const std::string& name, YamlNode value);

}  // namespace hpsearch::runner
