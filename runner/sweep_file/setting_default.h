// Defaults of settings, which may depend on the values of others.
#pragma once

#include <string>
#include <string_view>

#include "nn/settings/settings.h"
#include "search/sweep/earlier.h"

namespace hpsearch::runner {

// The default of a setting as YAML, given the values of the others. Empty if it has none or would
// have no effect: for keys that a map does not take, such as schedule.every with another schedule,
// and for layers that are specified in another way.
std::string_view default_text(const std::string& name, const nn::SettingMap& values);

// The same as a function that returns values. It caches parsed defaults; for one thread.
search::DefaultOf setting_defaults();

}  // namespace hpsearch::runner
