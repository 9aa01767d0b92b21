// A sweep as event files for TensorBoard: a folder a trial.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "storage/queries.h"

namespace hpsearch::reports {

// Takes a file: its path in the folder of the export, with '/', and its bytes.
using FileSink = std::function<void(const std::string& path, std::string_view bytes)>;

// Every file's name begins so.
inline constexpr std::string_view kEventFilePrefix = "events.out.tfevents.";

// The experiment itself first (parameters, their ranges, the metric), then `trial_<number>/...` for
// each trial that has begun: its parameters, one scalar an epoch for each column of the epochs and
// for every other series, and how it ended (SUCCESS: complete or pruned; FAILURE: diverged, failed,
// interrupted). Values are float32, as the format has them; a column that is not finite is NaN; of
// accuracies, which a regression has not, there is none. Times are those of the trials.
void write_event_files(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const FileSink& out);

}  // namespace hpsearch::reports
