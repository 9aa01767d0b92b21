// Writes a sweep file that trains one trial again.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Based on the sweep's own file: the parameters become fixed settings, `training.seed` is the
// trial's seed, `dataset.split_seed` is written out, and data paths are absolute. Running the file
// reproduces the trial bit for bit. Throws StoreError if the stored file cannot be read, or if a
// parameter is not a setting of this version.
std::string best_yaml(const storage::SweepRow& sweep, const storage::LeaderboardRow& trial);
std::string trial_yaml(const storage::SweepRow& sweep, const storage::TrialRow& trial);

}  // namespace hpsearch::runner
