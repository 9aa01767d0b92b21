// The trials that a sweep file asks for under `enqueue`.
#pragma once

#include "search/sweep/sweep_spec.h"
#include "storage/store.h"

namespace hpsearch::runner {

// Queues them as the first trials of a sweep that has none yet, all or none. Otherwise they were
// queued before, so a run that was killed right after it made its sweep loses nothing.
void queue_first_trials(const search::SweepSpec& spec,
                        std::int64_t sweep_id,
                        storage::Store& store);

}  // namespace hpsearch::runner
