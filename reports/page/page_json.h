// All that the page shows of one sweep, as one JSON object.
#pragma once

#include <optional>
#include <string>

#include "reports/summary/sweep_report.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct PageInput {
  const SweepReport& report;  // with ten rows or so of the leaderboard
  const SweepData& data;
  std::optional<std::string> best_yaml;  // the winner as a sweep file
};

// For the page's script alone: its form may change with any version. Numbers have few digits, so
// that a page of 10,000 trials stays small. Not yet safe inside of HTML (json_text.h: for_html()).
std::string page_json(storage::Queries& queries, const PageInput& input);

}  // namespace hpsearch::reports
