// Everything that the page shows of one sweep, as one JSON object.
#pragma once

#include <optional>
#include <string>

#include "reports/summary/sweep_report.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct PageInput {
  const SweepReport& report;  // with at least one row of the leaderboard
  const SweepData& data;
  std::optional<std::string> best_yaml;  // the best trial as a sweep file
};

// Only for the page's own script: the format may change with any version. Numbers have few digits,
// so that a page with 10,000 trials stays small. Not safe inside HTML yet (json_text.h:
// for_html()).
std::string page_json(storage::Queries& queries, const PageInput& input);

}  // namespace hpsearch::reports
