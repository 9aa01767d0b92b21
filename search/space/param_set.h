// The values of one trial.
#pragma once

#include "nn/settings/settings.h"

namespace hpsearch::search {

// The values of a trial's parameters, by name.
using ParamSet = nn::SettingMap;

}  // namespace hpsearch::search
