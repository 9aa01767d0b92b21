// What a trial has found, as a short text that is equal for equal bits.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Of a trial that has ended: its configuration, its result, and all epochs and metrics of its
// trainings, without times, workers and test metrics. Of a trial that `repeats` trained again with
// other seeds, as the search left it. Throws StoreError.
std::string trial_bits(storage::Queries& queries, const storage::TrialRow& trial);

}  // namespace hpsearch::runner
