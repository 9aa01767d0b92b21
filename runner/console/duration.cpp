#include "runner/console/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hpsearch::runner {
namespace {

struct Unit {
  char letter;
  double seconds;
};
constexpr std::array kUnits{Unit{'d', 86400.0}, Unit{'h', 3600.0}, Unit{'m', 60.0}, Unit{'s', 1.0}};

}  // namespace

std::optional<double> parse_duration(std::string_view text) {
  double seconds = 0.0;
  const auto* unit = kUnits.begin();
  while (!text.empty()) {
    if (text.front() < '0' || text.front() > '9') {
      return std::nullopt;
    }
    double number = 0.0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || used == text.size()) {
      return std::nullopt;
    }
    // Never goes back: after "30m" neither "1h" nor another "m" is found.
    while (unit != kUnits.end() && unit->letter != text[used]) {
      ++unit;
    }
    if (unit == kUnits.end()) {
      return std::nullopt;
    }
    seconds += number * unit->seconds;
    ++unit;
    text.remove_prefix(used + 1);
  }
  return seconds > 0.0 && std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

std::chrono::steady_clock::time_point time_after(double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr double kForever = 1e9;
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(std::min(seconds, kForever)));
}

}  // namespace hpsearch::runner
