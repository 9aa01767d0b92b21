// Everything that the page shows of one sweep, as one JSON object.
#pragma once

#include <optional>
#include <string>

#include "reports/page/page_trials.h"
#include "reports/summary/sweep_report.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct PageInput {
  const SweepReport& report;  // with at least one row of the leaderboard; without a digest: pending
  const SweepData& data;
  const PageTrials& trials;
  const std::string& statistics;              // members_of_statistics(); empty: pending
  std::optional<std::string> best_yaml = {};  // the best trial as a sweep file
};

// "importance":...,"expected_best":...,"surfaces":...: what takes all trials to compute.
std::string members_of_statistics(const SweepData& data, const RankedImportance& ranked);

// Only for the page's own script: the format may change with any version. Numbers have few digits,
// so that a page with 10,000 trials stays small. Not safe inside HTML yet (json_text.h:
// for_html()).
// `statisticsPending` says that statistics will follow. Advice is left to with_advice().
std::string page_json(storage::Queries& queries, const PageInput& input);

// Adds the advice to page_json()'s object.
std::string with_advice(std::string json, const std::vector<Advice>& advice);

}  // namespace hpsearch::reports
