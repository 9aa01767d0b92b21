// The report page of a sweep, from the database to HTML.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// Returns the best trial as a sweep file. Called only if there is one.
using BestYaml = std::string (*)(const storage::SweepRow&, const storage::LeaderboardRow&);

// Leaves out advice that the sweep's file cannot carry out.
using FilterAdvice = std::vector<Advice> (*)(const storage::SweepRow&, std::vector<Advice>);

// page_json() of the sweep's current state in the database.
std::string sweep_page_json(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            BestYaml best_yaml,
                            FilterAdvice filter_advice);

// The whole report as one HTML file (html_page.h).
std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml,
                       FilterAdvice filter_advice);

}  // namespace hpsearch::reports
