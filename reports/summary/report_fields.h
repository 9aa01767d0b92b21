// The names of fields in the JSON of a sweep's report.
#pragma once

#include <array>
#include <string_view>

namespace hpsearch::reports {

// Those that json_report() leaves out of some reports.
inline constexpr std::array<std::string_view, 6> kOptionalFields{
    "duel", "test_replicates", "ensemble", "yaml", "leaderboard", "rows"};

}  // namespace hpsearch::reports
