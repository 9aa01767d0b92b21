// Finds settings and parameters that are valid one by one, but not together.
#pragma once

#include <vector>

#include "runner/sweep_file/setting_reader.h"
#include "runner/yaml/source_text.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Adds an error at its place for each setting that contradicts others in a trial that the sweep may
// draw. If there is none, an error for each parameter that has no effect in any trial, and a
// warning for each fixed setting that has none.
void check_settings(const search::SweepSpec& spec,
                    const SettingPositions& positions,
                    std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
