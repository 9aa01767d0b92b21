// The event `run_started`, which records the start of each run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::runner {

// The event's detail. `greedy`: suggestions depend on the timing of threads.
std::string run_event_json(const std::string& fingerprint,
                           int workers,
                           std::int64_t run_cap,
                           bool greedy);

// The fingerprints of these runs, in the same order; empty strings for runs without one.
std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs);

}  // namespace hpsearch::runner
