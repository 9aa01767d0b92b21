// The event `run_started`, which records the start of each run.
#pragma once

#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::runner {

// The fingerprints of these runs, in the same order; empty strings for runs without one.
std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs);

}  // namespace hpsearch::runner
