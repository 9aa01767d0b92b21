// What a sweep began with: results of an earlier one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

struct WarmSummary {
  std::string database;  // as the sweep file names it
  std::string sweep;
  std::int64_t trials = 0;  // that the earlier sweep had
  std::int64_t used = 0;
  std::string space_json;  // of this sweep, as its file writes it: its first stage may search less
};

// Empty where it began with none.
std::optional<WarmSummary> read_warm_summary(storage::Queries& queries, std::int64_t sweep_id);

// "began with 45 results of 'old' (old.db)"
std::string to_text(const WarmSummary& warm);

}  // namespace hpsearch::reports
