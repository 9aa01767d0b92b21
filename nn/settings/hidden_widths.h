// hidden, hidden_layers with hidden_units, and hidden1, hidden2, ... say the same thing in three
// ways.
#pragma once

#include <string_view>
#include <vector>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

inline constexpr int kMaxLayers = 100;

// N of hidden1, hidden2, ... up to kMaxLayers; 0 for any other name.
int layer_number(std::string_view name);

// The widths that these values say, or `fallback` where they say none. Requires values that are
// valid one by one. Throws SettingError where they mix the ways, or leave something out.
std::vector<int> hidden_widths(const SettingMap& values, std::vector<int> fallback);

}  // namespace hpsearch::nn
