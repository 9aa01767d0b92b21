// A sweep as its rows stand: what is left to do.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "runner/run/plan.h"
#include "search/samplers/sampler.h"
#include "search/sweep/sweep_spec.h"
#include "storage/store.h"

namespace hpsearch::runner {

struct Survey {
  std::vector<storage::StageRow> stages;
  std::set<int> begun;  // the stages that have begun
  std::unique_ptr<search::Sampler> sampler;
  Plan plan;
};

// Sets the limit of `spec` where it is all points of a grid. `earlier`: the results of another
// sweep that this one learns from. Throws StoreError if rows are missing.
Survey survey_sweep(storage::Store& store,
                    const storage::SweepRow& sweep,
                    const std::vector<search::Observation>& earlier,
                    search::SweepSpec& spec);

}  // namespace hpsearch::runner
