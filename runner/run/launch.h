// A trial on its way to a worker.
#pragma once

#include <cstdint>
#include <optional>

#include "runner/run/trial_job.h"
#include "search/sweep/sweep_spec.h"
#include "storage/journal.h"

namespace hpsearch::runner {

struct Launch {
  TrialTask task;
  storage::TrialStart start;
  int epochs = 0;                                 // that it is to train, in all its folds
  std::optional<storage::EventRow> why = {};      // how its method came to suggest it
  std::optional<storage::StageEntry> stage = {};  // that begins with it
};

// Trial `number` with these parameters. `epochs`: instead of the sweep's own.
Launch make_launch(const search::SweepSpec& spec,
                   std::uint64_t number,
                   search::ParamSet params,
                   std::optional<int> epochs);

// A trial that was begun, or only enqueued, before. `stored`: the epochs that it has.
Launch make_launch_again(const search::SweepSpec& spec,
                         const storage::TrialRow& row,
                         std::vector<nn::EpochRecord> stored);

// What `precision: auto` is for this trial; empty if it has no such setting.
std::optional<storage::EventRow> precision_event(const TrialFactory& trials, const TrialTask& task);

}  // namespace hpsearch::runner
