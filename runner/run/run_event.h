// What the event `run_started` tells of the runs of a sweep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/reader.h"

namespace hpsearch::runner {

// The fingerprints of the sweep's runs, oldest first; empty strings for runs without one. Throws
// StoreError.
std::vector<std::string> run_fingerprints(storage::Reader& reader, std::int64_t sweep_id);

}  // namespace hpsearch::runner
