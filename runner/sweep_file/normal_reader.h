// `distribution: normal` and `log_normal` of a parameter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/yaml_reader.h"
#include "search/space/distribution.h"

namespace hpsearch::runner {

// An end of a range: `key` of the map as a number of the setting. Requires that it is there.
std::optional<double> read_bound(MapReader& map,
                                 const nn::SettingInfo& setting,
                                 std::string_view key,
                                 std::vector<Diagnostic>& diagnostics);

// From `mu` (0), `sigma` (1), `min` and `max` (what the setting allows). Nothing, and an error,
// where it says nothing valid, or lies outside of what the setting allows. Requires a setting that
// is a number. `name`: of the parameter.
std::optional<search::Normal> read_normal(MapReader& map,
                                          const nn::SettingInfo& setting,
                                          const std::string& name,
                                          bool logarithmic,
                                          std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
