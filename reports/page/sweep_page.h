// The report of a sweep as a page: reading, computing and writing it down.
#pragma once

#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

// The winner as a sweep file; asked only where there is a winner.
using BestYaml = std::string (*)(const storage::SweepRow&, const storage::LeaderboardRow&);

// page_json() of the sweep as the database has it now.
std::string sweep_page_json(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            BestYaml best_yaml);

// One HTML file with everything in it (html_page.h).
std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml);

}  // namespace hpsearch::reports
