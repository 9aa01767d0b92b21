// Reads the distributions `normal` and `log_normal` of a parameter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/yaml_reader.h"
#include "search/space/distribution.h"

namespace hpsearch::runner {

// A bound of a range: the value of `key`, checked as a value of the setting. Requires that the key
// exists.
std::optional<double> read_bound(MapReader& map,
                                 const nn::SettingInfo& setting,
                                 std::string_view key,
                                 std::vector<Diagnostic>& diagnostics);

// Reads `mu` (default 0), `sigma` (1), `min` and `max` (the limits of the setting). Nothing and an
// error if the distribution is invalid or leaves the limits of the setting. Requires a numeric
// setting. `name`: the parameter's name.
std::optional<search::Normal> read_normal(MapReader& map,
                                          const nn::SettingInfo& setting,
                                          const std::string& name,
                                          bool logarithmic,
                                          std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
