// What a stored sweep means.
#pragma once

#include "search/sweep/sweep_spec.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The meaning of the sweep file as it was last run, but for `dataset`: the data may lie elsewhere
// by now, or nowhere. Throws StoreError if it cannot be read any more.
search::SweepSpec stored_spec(const storage::SweepRow& sweep);

}  // namespace hpsearch::runner
