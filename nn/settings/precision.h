// Which numbers a network multiplies.
#pragma once

#include <cstddef>
#include <string>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

// Whether a network with these settings multiplies in bfloat16 on this CPU. `auto` does where the
// CPU can, the largest layer has at least kWorthRounding weights and a batch kWorthRoundingRows
// rows: smaller ones gain little, or less than the rounding costs. Throws SettingError for
// `precision: bf16` on a CPU that cannot.
bool uses_bfloat16(const Settings& settings, std::size_t inputs, std::size_t outputs);

inline constexpr std::size_t kWorthRounding = 16384;
inline constexpr int kWorthRoundingRows = 8;

// What is said of `precision: bf16` where this CPU has no instructions for it; empty where it has.
std::string bfloat16_objection();

}  // namespace hpsearch::nn
