// The recorder and the workers around a loop that trains.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "runner/run/driver.h"
#include "storage/recorder.h"

namespace hpsearch::runner {

using TrainRecorded = std::function<DriveResult(storage::Recorder& recorder, Executor& executor)>;

// Calls `train` with both, and commits all that it has recorded, also where it throws. `stop` is
// requested with `interrupt`, and where the database cannot be written, whose error is thrown then.
DriveResult train_recorded(storage::Journal& journal,
                           std::int64_t sweep_id,
                           int workers,
                           const std::stop_token& interrupt,
                           std::stop_source& stop,
                           const TrainRecorded& train);

}  // namespace hpsearch::runner
