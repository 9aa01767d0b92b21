// Exports all trials of a sweep in machine-readable forms, piece by piece: it holds one trial in
// memory at a time.
#pragma once

#include <functional>
#include <string_view>

#include "storage/queries.h"

namespace hpsearch::reports {

// Receives the next piece of the output.
using TextSink = std::function<void(std::string_view)>;

// JSON Lines: one object per trial, by number, in every state. `params` have their native types;
// `epochs` holds one array per column; `metrics` holds the epochs and values of every other series.
// Of a trial in folds they are means over the folds, whose number is `folds`.
// Missing and non-finite numbers are null. `format` increases when a change could break a script.
void write_trial_lines(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const TextSink& out);

// CSV (RFC 4180, CRLF line ends): a header, then one row per epoch with trial, state, epoch, the
// epoch columns, and those of nn::kEpochMetrics and the sweep's metric that the sweep recorded.
// Of a trial in folds the values are means over the folds that have the epoch.
// Full precision; missing and non-finite numbers are empty fields.
void write_epoch_csv(storage::Queries& queries,
                     const storage::SweepRow& sweep,
                     const TextSink& out);

}  // namespace hpsearch::reports
