#include "search/models/score_warp.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

// Neither is better; the number only breaks ties.
bool equal(const ModelTrial& a, const ModelTrial& b) {
  return a.result == b.result && (a.result == Result::kNone || a.score == b.score) &&
         (a.result != Result::kPruned || a.epochs == b.epochs);
}

void standardise(std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double variance = 0.0;
  for (double& value : values) {
    value -= mean;
    variance += value * value / n;
  }
  const double scale = variance > 0.0 ? 1.0 / std::sqrt(variance) : 0.0;
  for (double& value : values) {
    value *= scale;
  }
}

}  // namespace

std::vector<double> warped_scores(std::span<const ModelTrial* const> ended) {
  const std::size_t n = ended.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores_better(*ended[a], *ended[b]); });
  const auto complete =
      static_cast<std::size_t>(std::count_if(ended.begin(), ended.end(), [](const ModelTrial* t) {
        return t->result == Result::kComplete;
      }));
  const std::size_t linear = std::min((n + 1) / 2, complete);  // the better half

  // Distances from the median, scaled so that the better half has the spread of a half-normal
  // distribution.
  std::vector<double> by_rank(n, 0.0);
  const double middle = linear > 0 ? ended[order[linear - 1]]->score : 0.0;
  const double span = linear > 0 ? middle - ended[order[0]]->score : 0.0;
  double squares = 0.0;  // of fractions of the span, which cannot overflow
  for (std::size_t i = 0; i < linear; ++i) {
    by_rank[i] = span > 0.0 ? (ended[order[i]]->score - middle) / span : 0.0;
    squares += by_rank[i] * by_rank[i] / static_cast<double>(linear);
  }
  const double deviation = squares > 0.0 ? std::sqrt(squares) : 1.0;
  for (std::size_t i = linear; i < n;) {
    // [i, end) are tied; all of them get the value at their mean rank.
    std::size_t end = i + 1;
    while (end < n && equal(*ended[order[i]], *ended[order[end]])) {
      ++end;
    }
    // Ties with the median must not fall into different halves.
    const bool as_middle = linear > 0 && equal(*ended[order[i]], *ended[order[linear - 1]]);
    const double rank = (static_cast<double>(i + end) / 2.0 - static_cast<double>(linear)) /
                        static_cast<double>(n - linear);
    const double value = as_middle ? 0.0 : -deviation * normal_quantile(0.5 * (1.0 - rank));
    std::fill(by_rank.begin() + static_cast<std::ptrdiff_t>(i),
              by_rank.begin() + static_cast<std::ptrdiff_t>(end), value);
    i = end;
  }
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[order[i]] = by_rank[i];
  }
  standardise(values);
  return values;
}

}  // namespace hpsearch::search
