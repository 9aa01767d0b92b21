// Finds settings and parameters that are valid one by one, but not together.
#pragma once

#include <vector>

#include "runner/sweep_file/setting_reader.h"
#include "runner/yaml/source_text.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Adds an error if the settings of a possible trial contradict each other; if there is none, adds
// an error for each parameter that has no effect in any trial.
void check_settings(const search::SweepSpec& spec,
                    const SettingPositions& positions,
                    std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
