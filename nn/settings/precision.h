// Decides whether a network multiplies in float32 or in bfloat16.
#pragma once

#include <cstddef>
#include <string>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

// True if a network with these settings multiplies in bfloat16 on this CPU. `auto` does if the CPU
// supports it, the largest layer has at least kWorthRounding weights and a batch at least
// kWorthRoundingRows rows; smaller products gain less than the rounding costs. Throws SettingError
// for `precision: bf16` on a CPU without support and with embedded inputs, which `auto` computes in
// float32.
bool uses_bfloat16(const Settings& settings, std::size_t inputs, std::size_t outputs);

inline constexpr std::size_t kWorthRounding = 16384;  // weights of a layer
inline constexpr int kWorthRoundingRows = 8;

// The error message for `precision: bf16` with embedded inputs.
inline constexpr char kEmbeddedObjection[] =
    "embedded inputs are computed in float32; write precision: f32";

// The error message for `precision: bf16` on a CPU without support; empty if this CPU has it.
std::string bfloat16_objection();

}  // namespace hpsearch::nn
