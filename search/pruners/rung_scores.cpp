#include "search/pruners/rung_scores.h"

#include <algorithm>

#include "search/sweep/feasibility.h"

namespace hpsearch::search {

std::size_t Rungs::reached(std::size_t iterations) const {
  if (step_ == 0) {
    return static_cast<std::size_t>(
        std::upper_bound(iterations_.begin(), iterations_.end(), iterations,
                         [](std::size_t n, std::int64_t at) { return std::cmp_less(n, at); }) -
        iterations_.begin());
  }
  const auto beyond = static_cast<std::int64_t>(iterations) - skipped_;
  return beyond < 1 ? 0 : static_cast<std::size_t>((beyond - 1) / step_ + 1);
}

std::int64_t Rungs::iteration(std::size_t index) const {
  return step_ == 0 ? iterations_[index] : skipped_ + 1 + static_cast<std::int64_t>(index) * step_;
}

RungScores::RungScores(Rungs rungs,
                       std::size_t watch,
                       std::function<bool(const Observation&)> counts)
    : rungs_(std::move(rungs)), watch_(watch), counts_(std::move(counts)) {}

const std::vector<SortedScores>& RungScores::at(const Known& known, int stage, int fold) {
  const bool continues =
      taken_ <= known.ended.size() && (taken_ == 0 || known.ended[taken_ - 1].number == last_);
  if (!continues) {
    scores_.clear();
    taken_ = 0;
  }
  for (; taken_ < known.ended.size(); ++taken_) {
    last_ = known.ended[taken_].number;
    take_in(known.ended[taken_]);
  }
  return scores_[{stage, fold}];
}

void RungScores::take_in(const Observation& trial) {
  if ((counts_ && !counts_(trial)) || violation_of(trial.margins) > 0.0) {
    return;  // a trial that cannot win ends no other
  }
  for (std::size_t fold = 0; fold < trial.curves.size(); ++fold) {
    const Curve& curve = trial.curve(fold, watch_);
    std::vector<SortedScores>& scores = scores_[{trial.stage, static_cast<int>(fold)}];
    const std::size_t reached = rungs_.reached(curve.size());
    scores.resize(std::max(scores.size(), reached));
    for (std::size_t i = 0; i < reached; ++i) {
      const double score = curve[static_cast<std::size_t>(rungs_.iteration(i)) - 1];
      // The others' rules go on with the old ones.
      auto sorted = scores[i] ? std::make_shared<std::vector<double>>(*scores[i])
                              : std::make_shared<std::vector<double>>();
      sorted->insert(std::upper_bound(sorted->begin(), sorted->end(), score), score);
      scores[i] = std::move(sorted);
    }
  }
}

std::int64_t count_better(const SortedScores& scores, double score) {
  return scores ? std::lower_bound(scores->begin(), scores->end(), score) - scores->begin() : 0;
}

}  // namespace hpsearch::search
