#include "search/sweep/stages.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hpsearch::search {
namespace {

// Rounds up, ignoring a remainder that is only floating-point noise.
int round_up(double epochs) {
  return std::max(1, static_cast<int>(std::ceil(epochs - 1e-9 * epochs)));
}

}  // namespace

std::vector<StageSpec> default_stages(int count, int epochs) {
  if (count == 3) {
    return {{0.5, round_up(epochs / 10.0)}, {0.3, round_up(epochs / 3.0)}, {0.2, epochs}};
  }
  std::vector<StageSpec> stages;
  for (int i = 0; i < count; ++i) {
    const double to_go = count == 1 ? 0.0 : 1.0 - static_cast<double>(i) / (count - 1);
    stages.push_back({std::pow(0.6, i), round_up(epochs * std::pow(10.0, -to_go))});
  }
  return stages;
}

std::vector<std::int64_t> split_trials(std::int64_t trials, std::span<const StageSpec> stages) {
  const double sum =
      std::accumulate(stages.begin(), stages.end(), 0.0,
                      [](double s, const StageSpec& stage) { return s + stage.share; });
  std::vector<std::int64_t> result;
  std::vector<double> remainders;
  for (const StageSpec& stage : stages) {
    // Shares such as 0.3 are not exact in binary: 0.3 of 10 must give 3 with no remainder.
    const double exact = static_cast<double>(trials) * stage.share / sum;
    const double whole = std::floor(exact + 1e-9);
    result.push_back(static_cast<std::int64_t>(whole));
    remainders.push_back(std::max(0.0, exact - whole));
  }
  std::vector<std::size_t> order(stages.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Largest remainder first; stable, so ties go to the earlier stage.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainders[a] > remainders[b] + 1e-9;
  });
  std::int64_t left = trials - std::accumulate(result.begin(), result.end(), std::int64_t{0});
  for (std::size_t i = 0; left > 0; i = (i + 1) % order.size(), --left) {
    ++result[order[i]];
  }
  return result;
}

std::vector<std::int64_t> extend_trials(std::vector<std::int64_t> planned,
                                        std::int64_t run_cap,
                                        bool first_stage_ended,
                                        std::int64_t begun,
                                        std::span<const StageSpec> stages) {
  const std::int64_t total = std::accumulate(planned.begin(), planned.end(), std::int64_t{0});
  if (run_cap == total) {
    return planned;
  }
  if (!first_stage_ended) {
    auto divided = split_trials(run_cap, stages);
    const bool all = std::find(divided.begin(), divided.end(), 0) == divided.end();
    if (all && divided.front() >= begun) {
      return divided;
    }
  }
  planned.back() += std::max<std::int64_t>(0, run_cap - total);
  return planned;
}

}  // namespace hpsearch::search
