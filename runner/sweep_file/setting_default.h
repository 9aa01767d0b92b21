// Defaults of settings where others have values.
#pragma once

#include <string>
#include <string_view>

#include "nn/settings/settings.h"
#include "search/sweep/earlier.h"

namespace hpsearch::runner {

// The default of a setting where these others have values, as YAML; empty where it has none, or
// would have no effect: of the keys of a map, such as schedule.every, that the map does not take,
// and of layers that are said in another way.
std::string_view default_text(const std::string& name, const nn::SettingMap& values);

// The same as a value. Keeps what it has read; for one thread.
search::DefaultOf setting_defaults();

}  // namespace hpsearch::runner
