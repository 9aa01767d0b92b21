#include "runner/run/profile_report.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::runner {

void profile_if_asked() {
  const char* wish = std::getenv("HPSEARCH_PROFILE");
  if (wish != nullptr && std::string_view(wish) == "1") {
    nn::start_profile();
  }
}

std::string profile_text(const std::array<double, nn::kPhases>& seconds) {
  const double all = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  std::vector<std::size_t> order(seconds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return seconds[a] > seconds[b]; });
  std::string text =
      fmt::format("profile: {:.2f} s of wall time, summed over the training threads\n", all);
  for (const std::size_t i : order) {
    if (seconds[i] > 0.0) {
      text += fmt::format("  {:<13}{:5.1f} %  {:.3f} s\n", nn::name_of(static_cast<nn::Phase>(i)),
                          100.0 * seconds[i] / all, seconds[i]);
    }
  }
  return text;
}

}  // namespace hpsearch::runner
