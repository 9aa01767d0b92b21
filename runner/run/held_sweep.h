// The sweep of a run, in the hands of this process: alone, or with others.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "runner/console/line_printer.h"
#include "runner/run/joined_run.h"
#include "runner/run/sweep_run.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/sweep/sweep_spec.h"
#include "storage/store.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {

struct HeldSweep {
  search::SweepSpec spec;  // complete, as the data is known
  nn::TrainingData data;
  std::string data_json;
  std::string config_hash;
  std::vector<search::Observation> earlier;  // as the database has it
  std::unique_ptr<storage::Store> store;
  storage::SweepRow row;
  std::unique_ptr<storage::SweepLock> lock;  // of a process alone; else null
  std::unique_ptr<JoinedRun> joined;  // of one that shares the sweep, and has the turn; else null
};

// Loads the data, finds or makes the sweep, and makes it this process's. Empty if the user stops
// the run while it waits for others. Throws UsageError for a changed configuration and for one that
// cannot be shared, storage::SweepBusy, storage::StoreError and nn::DataError.
std::optional<HeldSweep> hold_sweep(const SweepFile& file,
                                    const RunRequest& request,
                                    const std::stop_token& interrupt,
                                    LinePrinter& printer);

}  // namespace hpsearch::runner
