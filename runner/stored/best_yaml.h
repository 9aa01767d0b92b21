// A sweep file that trains one trial of a sweep again.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// From the sweep's own file: the parameters become fixed settings, `training.seed` the trial's
// seed, `dataset.split_seed` is written out, and a data folder is named by its full path. Running
// it gives the trial's bits again. Throws StoreError if the stored file cannot be read, or a
// parameter is no setting of this version's trainer.
std::string best_yaml(const storage::SweepRow& sweep, const storage::LeaderboardRow& trial);

}  // namespace hpsearch::runner
