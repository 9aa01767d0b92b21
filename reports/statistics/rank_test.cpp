#include "reports/statistics/rank_test.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "search/space/normal.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMaxExactPairs = 2500;

// P(U >= u) if all orders of the n + m values are equally likely: counts, for each U, the ways to
// choose which n of the ranks belong to `a`. The k-th way to place j values of `a` with U = i is
// counted once below and once above the value of `b` that is added.
double share_from(std::size_t n, std::size_t m, std::size_t u) {
  const std::size_t pairs = n * m;
  // ways[j][i]: arrangements of j values of `a` and the first k of `b` with U = i.
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(pairs + 1, 0.0));
  for (std::size_t j = 0; j <= n; ++j) {
    ways[j][0] = 1.0;
  }
  for (std::size_t k = 1; k <= m; ++k) {
    // The largest value belongs either to `b`, which leaves ways[j] of k - 1; or to `a`, which adds
    // k pairs to the arrangements with j - 1. Descending i keeps the values of k - 1 intact.
    for (std::size_t j = 1; j <= n; ++j) {
      for (std::size_t i = pairs; i >= k; --i) {
        ways[j][i] += ways[j - 1][i - k];
      }
    }
  }
  double all = 0.0;
  double from = 0.0;
  for (std::size_t i = 0; i <= pairs; ++i) {
    all += ways[n][i];
    from += i >= u ? ways[n][i] : 0.0;
  }
  return from / all;
}

}  // namespace

RankTest mann_whitney(std::span<const double> a, std::span<const double> b) {
  RankTest test;
  if (a.empty() || b.empty()) {
    return test;
  }
  std::vector<std::pair<double, bool>> all;  // value, and whether it belongs to `a`
  for (const double value : a) {
    all.emplace_back(value, true);
  }
  for (const double value : b) {
    all.emplace_back(value, false);
  }
  std::sort(all.begin(), all.end());
  double below = 0.0;  // values of `b` that are smaller
  double ties = 0.0;
  for (std::size_t i = 0; i < all.size();) {
    double equal_a = 0.0;
    double equal_b = 0.0;
    const double value = all[i].first;
    // One group of ties at a time.
    for (; i < all.size() && all[i].first == value; ++i) {
      (all[i].second ? equal_a : equal_b) += 1.0;
    }
    const double equal = equal_a + equal_b;
    test.u += equal_a * (below + equal_b / 2.0);
    ties += equal * equal * equal - equal;
    below += equal_b;
  }
  const double n = static_cast<double>(a.size());
  const double m = static_cast<double>(b.size());
  test.superiority = test.u / (n * m);
  const double further = std::max(test.u, n * m - test.u);
  if (ties == 0.0 && a.size() * b.size() <= kMaxExactPairs) {
    test.exact = true;
    test.p = std::min(1.0, 2.0 * share_from(a.size(), b.size(), static_cast<std::size_t>(further)));
    return test;
  }
  const double size = n + m;
  // Lehmann's variance with t^3 - t over the groups of ties.
  const double variance = n * m / 12.0 * (size + 1.0 - ties / (size * (size - 1.0)));
  if (variance > 0.0) {
    const double z = (further - n * m / 2.0 - 0.5) / std::sqrt(variance);
    test.p = std::min(1.0, 2.0 * search::normal_cdf(-z));
  }
  return test;
}

}  // namespace hpsearch::reports
