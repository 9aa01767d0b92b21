// The earlier sweep whose results a sweep started from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

struct WarmSummary {
  std::string database;  // as the sweep file names it
  std::string sweep;
  std::int64_t trials = 0;  // trials of the earlier sweep
  std::int64_t used = 0;    // of them, those that this sweep learned from
  std::string space_json;   // this sweep's space as written; its first stage may search less
};

// Empty if it started from none.
std::optional<WarmSummary> read_warm_summary(storage::Queries& queries, std::int64_t sweep_id);

// Such as "began with 45 results of 'old' (old.db)".
std::string to_text(const WarmSummary& warm);

}  // namespace hpsearch::reports
