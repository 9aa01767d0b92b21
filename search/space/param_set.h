// The parameter values of one trial.
#pragma once

#include "nn/settings/settings.h"

namespace hpsearch::search {

// Values by parameter name.
using ParamSet = nn::SettingMap;

}  // namespace hpsearch::search
