// Settings and parameters that are valid one by one, but not together.
#pragma once

#include <vector>

#include "runner/sweep_file/setting_reader.h"
#include "runner/yaml/source_text.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Adds an error at its place where settings contradict each other in a trial that the sweep may
// draw, or else where a parameter has no effect in any of its trials.
void check_settings(const search::SweepSpec& spec,
                    const SettingPositions& positions,
                    std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
