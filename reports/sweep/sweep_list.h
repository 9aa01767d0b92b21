// All sweeps of a database at a glance.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/queries.h"

namespace hpsearch::reports {

struct SweepListRow {
  storage::SweepRow sweep;  // its state as current_state() says
  storage::SummaryRow summary;
  std::int64_t planned_trials = 0;

  // Trials of which nothing is left to train.
  std::int64_t done() const {
    return summary.complete + summary.pruned + summary.diverged + summary.failed;
  }
};

// The state of a sweep: what the database says, but `interrupted` where it says `running` and no
// living process runs it, as the next run will find it.
std::string current_state(storage::Queries& queries, const storage::SweepRow& sweep);

// The trials of all stages together, and of them those that the limit of the last run leaves.
std::int64_t planned_trials(storage::Queries& queries, std::int64_t sweep_id);

// The newest first.
std::vector<SweepListRow> read_sweep_list(storage::Queries& queries);

// A table for a terminal of `width` columns; times are UTC.
std::string sweep_list_text(const std::vector<SweepListRow>& rows, std::size_t width);

// {"format":1,"sweeps":[...]}; `format` counts changes that could break a script.
std::string sweep_list_json(const std::vector<SweepListRow>& rows);

}  // namespace hpsearch::reports
