// The sweep file that makes an ensemble again.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Trains the trials of the ensemble anew, by `enqueue` with their seeds, and chooses among them as
// the sweep has: the same networks and weights, bit for bit, on the same CPU and build. Requires an
// ensemble of kind "trials".
std::string ensemble_yaml(storage::Queries& queries,
                          const storage::SweepRow& sweep,
                          const storage::EnsembleRow& ensemble);

}  // namespace hpsearch::runner
