// What HPSEARCH_PROFILE=1 prints at the end of a run.
#pragma once

#include <array>
#include <string>

#include "nn/base/profile.h"

namespace hpsearch::runner {

// Starts to count if the environment asks for it: HPSEARCH_PROFILE=1.
void profile_if_asked();

// One line a phase that took time, the longest first: share, seconds of all threads together.
std::string profile_text(const std::array<double, nn::kPhases>& seconds);

}  // namespace hpsearch::runner
