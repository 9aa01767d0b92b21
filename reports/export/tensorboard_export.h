// Exports a sweep as TensorBoard event files, one folder per trial.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "storage/queries.h"

namespace hpsearch::reports {

// Receives one file: its path inside the export folder, with '/', and its content.
using FileSink = std::function<void(const std::string& path, std::string_view bytes)>;

// The prefix of every file name.
inline constexpr std::string_view kEventFilePrefix = "events.out.tfevents.";

// Writes the experiment (parameters, their ranges, the metric), then `trial_<number>/...` for each
// trial that has started: its parameters, one scalar per epoch for each epoch column and each other
// series, and how it ended (SUCCESS for complete or pruned; FAILURE for diverged, failed or
// interrupted). A trial in folds has the means over its folds, as its value is their mean. Values
// are float32, as the format prescribes. Non-finite values become NaN, except that accuracies,
// which a regression does not have, are omitted. Times are those of the trials.
void write_event_files(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const FileSink& out);

}  // namespace hpsearch::reports
