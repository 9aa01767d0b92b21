// What HPSEARCH_PROFILE=1 prints at the end of a run.
#pragma once

#include <array>
#include <string>

#include "nn/base/profile.h"

namespace hpsearch::runner {

// Starts the profile if the environment has HPSEARCH_PROFILE=1.
void profile_if_asked();

// One line per phase that took time, longest first: its share, and seconds summed over all threads.
std::string profile_text(const std::array<double, nn::kPhases>& seconds);

}  // namespace hpsearch::runner
