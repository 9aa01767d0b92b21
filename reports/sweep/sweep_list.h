// An overview of all sweeps in a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/text/delimited.h"
#include "reports/text/digits.h"
#include "storage/queries.h"
#include "storage/shard_events.h"

namespace hpsearch::reports {

struct SweepListRow {
  storage::SweepRow sweep;  // with the state of current_state()
  storage::SummaryRow summary;
  std::int64_t planned_trials = 0;
  std::optional<storage::Shard> shard = {};  // the part of the sweep that the database has
  storage::Remarks remarks = {};

  // Trials with nothing left to train.
  std::int64_t done() const {
    return summary.complete + summary.pruned + summary.diverged + summary.failed;
  }
};

// The state of a sweep: as stored, except `interrupted` if the database says `running` but no live
// process runs it. That is what the next run will find.
storage::SweepState current_state(storage::Queries& queries, const storage::SweepRow& sweep);

// The part of the sweep that the database has; empty: it is no part.
std::optional<storage::Shard> shard_of(storage::Queries& queries, std::int64_t sweep_id);

// Are all trials of a shard trained, as far as its last run could tell?
bool is_trained_shard(const storage::SweepRow& sweep);

// The number of planned trials: all stages together, capped by the limit of the last run. Of a
// shard its share of them.
std::int64_t planned_trials(storage::Queries& queries, std::int64_t sweep_id);

// All sweeps, newest first; archived ones are among them.
std::vector<SweepListRow> read_sweep_list(storage::Queries& queries);

// A table for a terminal of `width` columns. Times are UTC.
std::string sweep_list_text(const std::vector<SweepListRow>& rows, std::size_t width);

// A row of texts for each sweep, with all that the JSON has; empty where there is nothing.
TextTable sweep_list_table(const std::vector<SweepListRow>& rows, Digits digits);

// {"format":1,"sweeps":[...]}; `format` increases when a change could break a script.
std::string sweep_list_json(const std::vector<SweepListRow>& rows);

}  // namespace hpsearch::reports
