// The event `run_started`: what is kept of the beginning of each run.
#pragma once

#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::runner {

// The fingerprints of these runs, oldest first; empty texts where there is none.
std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs);

}  // namespace hpsearch::runner
