// What `early_terminate` would do, before a trial is trained.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// A line for each pruner: where it judges trials, how they fare there, and how many epochs it can
// save. Empty without pruners.
std::string pruning_text(const search::SweepSpec& spec);

// The iterations at which the pruners judge trials, ascending; null without pruners.
nlohmann::ordered_json pruning_json(const search::SweepSpec& spec);

}  // namespace hpsearch::runner
