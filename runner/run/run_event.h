// The event `run_started`: what is kept of the beginning of each run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::runner {

// Its detail. `greedy`: suggestions depend on the threads' timing.
std::string run_event_json(const std::string& fingerprint,
                           int workers,
                           std::int64_t run_cap,
                           bool greedy);

// The fingerprints of these runs, oldest first; empty texts where there is none.
std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs);

}  // namespace hpsearch::runner
