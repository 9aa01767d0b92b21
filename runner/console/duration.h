// Lengths of time as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace hpsearch::runner {

inline constexpr std::string_view kDurationForm = "a length of time such as 90s, 10m, 2h or 1h30m";

// "90s", "10m", "2h", "1d", "1h30m", "1.5h": the seconds; whole units, largest first, each once.
// Empty for anything else, and for what is not above zero.
std::optional<double> parse_duration(std::string_view text);

// The moment so many seconds from now; decades from now where that is more than a clock can hold.
std::chrono::steady_clock::time_point time_after(double seconds);

}  // namespace hpsearch::runner
