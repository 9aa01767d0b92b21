// The three ways to define the hidden layers: `hidden`, `hidden_layers` with `hidden_units`, or
// `hidden1`, `hidden2`, ...
#pragma once

#include <string_view>
#include <vector>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

inline constexpr int kMaxLayers = 100;  // hidden ones

// N for the name hiddenN with N from 1 to kMaxLayers; 0 for any other name.
int layer_number(std::string_view name);

// The hidden widths that these values define, or `fallback` if they define none. Requires values
// that are valid one by one. Throws SettingError if they mix the three ways or leave a gap.
std::vector<int> hidden_widths(const SettingMap& values, std::vector<int> fallback);

}  // namespace hpsearch::nn
