// The stages of a sweep: as they are first written down, and as they stand.
#pragma once

#include <vector>

#include "search/samplers/sampler.h"
#include "search/sweep/stages.h"
#include "search/sweep/sweep_spec.h"
#include "storage/events.h"

namespace hpsearch::runner {

// The rows of a new sweep's stages. Only the first one's space is known.
std::vector<storage::StageRow> new_stages(const search::SweepSpec& spec);

// The stages as `spec` now has them. `rows`: of the database; `begun`: its events; `trials`: the
// sweep's rows.
std::vector<search::Stage> current_stages(const search::SweepSpec& spec,
                                          const std::vector<storage::StageRow>& rows,
                                          const std::vector<storage::StageStarted>& begun,
                                          const std::vector<storage::TrialRow>& trials);

// What the stages that have begun search.
std::vector<search::BegunStage> begun_stages(const search::SweepSpec& spec,
                                             const std::vector<storage::StageRow>& rows,
                                             const std::vector<storage::StageStarted>& begun);

// The event that says how a stage came about. `row`: as it begins.
storage::EventRow stage_event(const storage::StageRow& row, const search::StageStart& start);

}  // namespace hpsearch::runner
