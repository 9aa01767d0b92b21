// Durations as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace hpsearch::runner {

inline constexpr std::string_view kDurationForm = "a duration such as 90s, 10m, 2h or 1h30m";

// The seconds in "90s", "10m", "2h", "1d", "1h30m" or "1.5h". Units go from the largest to the
// smallest, each at most once. Empty for anything else, and for a duration of zero.
std::optional<double> parse_duration(std::string_view text);

// The moment so many seconds from now; decades from now where that is more than a clock can hold.
std::chrono::steady_clock::time_point time_after(double seconds);

}  // namespace hpsearch::runner
