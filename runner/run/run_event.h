// What the event `run_started` tells of the runs of a sweep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/run/joined_run.h"
#include "search/sweep/sweep_spec.h"
#include "storage/events.h"
#include "storage/reader.h"

namespace hpsearch::runner {

// The fingerprints of the sweep's runs, oldest first; empty strings for runs without one. Throws
// StoreError.
std::vector<std::string> run_fingerprints(storage::Reader& reader, std::int64_t sweep_id);

// Whether earlier runs had the same fingerprint as this one: all of them, and those that began the
// trials that have not ended. Where databases were merged, the latter may be any of them.
struct EarlierRuns {
  bool all_same = true;
  bool unfinished_same = true;
};
EarlierRuns compare_runs(storage::Reader& reader, std::int64_t sweep_id, const std::string& here);

// What this run says of itself as it begins. `joined`: null for a process alone.
storage::RunStarted run_started(const search::SweepSpec& spec, int workers, JoinedRun* joined);

}  // namespace hpsearch::runner
