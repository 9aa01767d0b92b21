// Reads the specification of a stored sweep.
#pragma once

#include "search/sweep/sweep_spec.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The specification as it was last run, except for `dataset`: the data may have moved or be gone.
// Throws StoreError if this version cannot read it.
search::SweepSpec stored_spec(const storage::SweepRow& sweep);

}  // namespace hpsearch::runner
