// A sweep as its rows stand: what is left to do.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "runner/run/plan.h"
#include "search/samplers/sampler.h"
#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"

namespace hpsearch::runner {

struct Survey {
  std::vector<storage::StageRow> stages;
  std::set<int> begun;  // the stages that have begun
  std::unique_ptr<search::Sampler> sampler;
  Plan plan;
};

// Sets the limit of `spec` where it is all points of a grid. `earlier`: the results of another
// sweep that this one learns from. `shard`: the part that is to be trained here. Throws StoreError
// if rows are missing.
Survey survey_sweep(storage::Reader& store,
                    const storage::SweepRow& sweep,
                    const std::vector<search::Observation>& earlier,
                    search::SweepSpec& spec,
                    const std::optional<storage::Shard>& shard = std::nullopt);

}  // namespace hpsearch::runner
