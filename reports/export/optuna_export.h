// A sweep as a study of Optuna, to be continued there.
#pragma once

#include <filesystem>

#include "storage/queries.h"

namespace hpsearch::reports {

// Writes the sweep into a new SQLite file, which must not be there, as a study of the sweep's name.
// Throws storage::StoreError.
//
// States: `complete`, of the last stage that has complete trials, is COMPLETE, so that Optuna's
// best trial is the sweep's. Those of earlier stages had fewer epochs, which Optuna calls PRUNED:
// it compares them with others that were pruned at the same step, and places them behind the
// complete ones. `pruned` is PRUNED, `queued` WAITING with its parameters fixed: Optuna trains it
// first. All else is FAIL, which Optuna's samplers pass over: `diverged`, `failed`, what is
// unfinished. The user attribute `state` has what this program calls it, `trial` its number here:
// Optuna's own numbers have no gaps.
//
// The metric of each epoch is an intermediate value, its step the epoch. Parameters have
// parameter_domain.h's ranges, the same in all trials; a list is the choice of its text,
// "[64, 32]". Times are UTC.
void write_optuna_study(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const std::filesystem::path& file);

}  // namespace hpsearch::reports
