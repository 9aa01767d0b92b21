// Exports a sweep as an Optuna study that Optuna can continue.
#pragma once

#include <filesystem>

#include "storage/queries.h"

namespace hpsearch::reports {

// Writes the sweep into a new SQLite file, which must not exist yet, as a study with the sweep's
// name. Throws storage::StoreError.
//
// States:
// - COMPLETE: complete trials of the last stage that has any, so Optuna's best trial is the sweep's
//   best.
// - PRUNED: complete trials of earlier stages, which had fewer epochs, and pruned trials. Optuna
//   compares them with others pruned at the same step, and ranks them behind complete trials.
// - WAITING: queued trials, with their parameters fixed. Optuna trains them first.
// - FAIL: everything else (diverged, failed, unfinished). Optuna's samplers ignore these.
// The user attribute `state` holds this program's own word, `trial` the number here: Optuna's
// numbers have no gaps.
//
// The metric of each epoch becomes an intermediate value, with the epoch as its step. Parameters
// have the ranges of parameter_domain.h, the same in all trials; a list becomes the choice of its
// text, "[64, 32]". Times are UTC.
void write_optuna_study(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const std::filesystem::path& file);

}  // namespace hpsearch::reports
