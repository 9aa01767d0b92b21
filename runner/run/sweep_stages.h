// The stages of a sweep: as planned, and as they are now.
#pragma once

#include <cstdint>
#include <vector>

#include "search/samplers/sampler.h"
#include "search/sweep/stages.h"
#include "search/sweep/sweep_spec.h"
#include "storage/events.h"

namespace hpsearch::runner {

// The rows for the stages of a new sweep. Only the space of the first one is known.
std::vector<storage::StageRow> new_stages(const search::SweepSpec& spec);

// Throws StoreError if rows are missing that every run writes: of stages, of trials in between, of
// trials that a stage carried over. All that continues a sweep counts on them.
void require_whole(const search::SweepSpec& spec,
                   const std::vector<storage::StageRow>& rows,
                   const std::vector<storage::StageStarted>& begun,
                   const std::vector<storage::TrialRow>& trials);

// How many of these trials a person asked for.
std::int64_t count_enqueued(const std::vector<storage::TrialRow>& trials);

// The trials that each stage plans.
std::vector<std::int64_t> planned_trials(const std::vector<storage::StageRow>& rows);

// The stages under the limits that `spec` has now. `rows`: the stored stages; `begun`: the events
// "stage_started"; `trials`: all trials of the sweep.
std::vector<search::Stage> current_stages(const search::SweepSpec& spec,
                                          const std::vector<storage::StageRow>& rows,
                                          const std::vector<storage::StageStarted>& begun,
                                          const std::vector<storage::TrialRow>& trials);

// The spaces of the stages that have started.
std::vector<search::BegunStage> begun_stages(const search::SweepSpec& spec,
                                             const std::vector<storage::StageRow>& rows,
                                             const std::vector<storage::StageStarted>& begun);

// The event that explains the start of a stage. `row`: its row at the start.
storage::EventRow stage_event(const storage::StageRow& row, const search::StageStart& start);

}  // namespace hpsearch::runner
