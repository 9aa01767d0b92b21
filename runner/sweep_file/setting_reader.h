// `model` and `training` of a sweep file: the settings that hold for all trials.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Where each setting and parameter is written.
using SettingPositions = std::map<std::string, Position, std::less<>>;

// Adds what the map under `key` says to `settings`. A setting that is a map, as in
// schedule: {type: step, every: 5}, becomes the settings `schedule`, `schedule.every`, ...
void read_settings(const YamlNode& node,
                   const std::string& key,
                   nn::Section section,
                   nn::SettingMap& settings,
                   SettingPositions& positions,
                   std::vector<Diagnostic>& diagnostics);

// Sets a setting where read_settings() would read it: `schedule.every` inside of the map
// `schedule`, which is made of what stands there.
void write_setting(YamlNode& section, const std::string& name, YamlNode value);

}  // namespace hpsearch::runner
