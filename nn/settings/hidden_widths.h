// The ways to define the hidden layers: `hidden`; `hidden_layers` with `hidden_units`; `hidden1`,
// `hidden2`, ...; or the last of these with `hidden_layers`, which says how many of them there are.
#pragma once

#include <string_view>
#include <vector>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

inline constexpr int kMaxLayers = 100;  // hidden ones

// N for the name hiddenN with N from 1 to kMaxLayers; 0 for any other name.
int layer_number(std::string_view name);

// The hidden widths that these values define, or `fallback` if they define none. Without a hidden
// layer (`hidden_layers: 0`) no width is needed. Requires values that are valid one by one. Throws
// SettingError if they mix the ways, leave a gap or lack a width.
std::vector<int> hidden_widths(const SettingMap& values, std::vector<int> fallback);

}  // namespace hpsearch::nn
