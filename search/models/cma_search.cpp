#include "search/models/cma_search.h"

#include <algorithm>
#include <cmath>

#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

constexpr double kFirstSigma = 1.0 / 6.0;  // three deviations reach from the middle to the edge
constexpr double kNarrow = 1e-6;           // restart: deviation as a share of the range
constexpr double kMaxCondition = 1e14;     // restart: ConditionCov of the tutorial
constexpr std::uint32_t kSequence = 1000;  // its own Sobol sequence, beyond those of the stages
constexpr double kCategoryRate = 0.3;      // how far one generation moves the probabilities

std::size_t numeric_count(const UnitSpace& space) {
  const auto count = std::count_if(space.axes().begin(), space.axes().end(), [](const Axis& axis) {
    return axis.kind() != Axis::Kind::kCategorical;
  });
  return std::max<std::size_t>(1, static_cast<std::size_t>(count));
}

}  // namespace

CmaSearch::CmaSearch(const UnitSpace& space,
                     std::uint64_t seed,
                     std::uint64_t lag,
                     std::span<const ModelTrial> earlier)
    : space_(space),
      seed_(seed),
      lag_(lag),
      sobol_(numeric_count(space), seed, kSequence),
      start_(cma_start(space, earlier, kFirstSigma)) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    (space.axis(i).kind() == Axis::Kind::kCategorical ? categorical_ : numeric_).push_back(i);
  }
}

// Starts the first distribution: in the middle of the cube, or where the earlier sweep found good
// trials.
void CmaSearch::begin_first() {
  const std::size_t population = cma_population(std::max<std::size_t>(1, space_.size()));
  state_.reset();
  // A space of categories alone still needs a distribution, if only a dummy.
  if (!start_ || numeric_.empty()) {
    begin(Cma(std::vector<double>(std::max<std::size_t>(1, numeric_.size()), 0.5), kFirstSigma,
              population));
  } else {
    begin(Cma(start_->mean, start_->covariance, population));
  }
  if (start_) {
    state_->probabilities = start_->probabilities;
  }
}

void CmaSearch::begin(Cma cma) {
  std::vector<Learnt> consumed;
  int generations = 0;
  int restarts = 0;
  if (state_) {
    consumed = std::move(state_->consumed);
    generations = state_->generations;
    restarts = state_->restarts + 1;
  }
  state_.emplace(State{std::move(cma), {}, std::move(consumed), {}, generations, restarts});
  for (const std::size_t axis : categorical_) {
    const auto levels = space_.axis(axis).levels();
    state_->probabilities.emplace_back(levels, 1.0 / static_cast<double>(levels));
  }
}

void CmaSearch::suggest(std::span<const ModelTrial> trials,
                        std::optional<std::uint64_t> even,
                        nn::Stream& stream,
                        std::span<double> point) {
  // Pending trials carry no information for CMA-ES: its generations need scores.
  std::vector<const ModelTrial*> ended;
  for (const ModelTrial& trial : trials) {
    if (trial.result != Result::kPending) {
      ended.push_back(&trial);
    }
  }
  advance(ended);
  const Cma& cma = state_->cma;
  std::vector<double> z(cma.mean().size());
  if (even) {
    const std::vector<double> units = sobol_.point(static_cast<std::uint32_t>(*even));
    std::transform(units.begin(), units.end(), z.begin(),
                   // A coordinate of 0 would map to -infinity.
                   [](double u) { return normal_quantile(std::max(u, 0x1p-33)); });
  }
  // Redraw until the point is inside; the last try is clamped. Only the first one can be a Sobol
  // point.
  const std::size_t tries = 10 * std::max<std::size_t>(1, numeric_.size());
  for (std::size_t t = 0; t < tries; ++t) {
    if (t > 0 || !even) {
      std::generate(z.begin(), z.end(), [&] { return stream.normal(); });
    }
    const std::vector<double> drawn = cma.at(z);
    bool inside = true;
    for (std::size_t i = 0; i < numeric_.size(); ++i) {
      const std::size_t axis = numeric_[i];
      const double mean = cma.mean()[i];
      const double x = mean + spread(axis, mean, cma.deviation(i)) * (drawn[i] - mean);
      inside = inside && x >= 0.0 && x <= 1.0;
      point[axis] = std::clamp(x, 0.0, 1.0);
    }
    if (inside) {
      break;
    }
  }
  for (const std::size_t axis : numeric_) {
    if (space_.axis(axis).kind() == Axis::Kind::kStepped) {
      point[axis] = space_.axis(axis).level_coordinate(space_.axis(axis).level(point[axis]));
    }
  }
  for (std::size_t c = 0; c < categorical_.size(); ++c) {
    const std::vector<double>& probabilities = state_->probabilities[c];
    double left = stream.uniform();
    std::size_t k = 0;
    while (k + 1 < probabilities.size() && left >= probabilities[k]) {
      left -= probabilities[k++];
    }
    point[categorical_[c]] = static_cast<double>(k);
  }
}

// The factor by which draws are spread along a stepped axis (see the margin in the header).
double CmaSearch::spread(std::size_t axis, double mean, double deviation) const {
  const Axis& steps = space_.axis(axis);
  if (steps.kind() != Axis::Kind::kStepped || steps.levels() < 2) {
    return 1.0;
  }
  const double margin = 1.0 / static_cast<double>(space_.size() * state_->cma.population());
  const double at = std::clamp(mean, 0.0, 1.0);
  const std::size_t level = steps.level(at);
  // The distance to the farther cell edge with a level beyond it: each side gets half the margin.
  double distance = 0.0;
  if (level > 0) {
    distance = at - steps.cell_begin(level);
  }
  if (level + 1 < steps.levels()) {
    distance = std::max(distance, steps.cell_begin(level + 1) - at);
  }
  const double needed = distance / -normal_quantile(std::min(0.5 * margin, 0.25));
  return std::max(1.0, needed / deviation);
}

void CmaSearch::advance(std::span<const ModelTrial* const> ended) {
  // The cached state serves only if the ended trials continue those that it has learnt from; a
  // caller may ask about an earlier position, or another order of events.
  const bool known =
      state_ && state_->consumed.size() <= ended.size() &&
      std::equal(state_->consumed.begin(), state_->consumed.end(), ended.begin(),
                 [](const Learnt& one, const ModelTrial* t) { return one == Learnt(*t); });
  if (!known) {
    begin_first();
  }
  while (ended.size() - state_->consumed.size() >= state_->cma.population()) {
    learn(ended.subspan(state_->consumed.size(), state_->cma.population()));
  }
}

void CmaSearch::learn(std::span<const ModelTrial* const> generation) {
  const std::uint64_t first = state_->consumed.size();
  std::vector<const ModelTrial*> ranked(generation.begin(), generation.end());
  std::sort(ranked.begin(), ranked.end(),
            [](const ModelTrial* a, const ModelTrial* b) { return better(*a, *b); });
  Cma& cma = state_->cma;
  const std::vector<double> mean = cma.mean();
  std::vector<double> spreads(numeric_.size());
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    spreads[i] = spread(numeric_[i], mean[i], cma.deviation(i));
  }
  std::vector<Cma::Member> members;
  for (const ModelTrial* trial : ranked) {
    // Trial t was suggested from the results of the t - W + 1 trials before it, so it belongs to
    // this distribution if those cover all earlier generations.
    Cma::Member member{mean, trial->number + 1 >= first + lag_};
    for (std::size_t i = 0; i < numeric_.size(); ++i) {
      const double x = trial->point[numeric_[i]];
      if (!std::isnan(x)) {  // an inactive axis keeps the mean: nothing is learnt along it
        member.point[i] = mean[i] + (x - mean[i]) / spreads[i];
      }
    }
    members.push_back(std::move(member));
  }
  cma.tell(members);
  // Draws were spread for the steps, so the mean moves by the same factor.
  std::vector<double> moved = cma.mean();
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    moved[i] = mean[i] + spreads[i] * (moved[i] - mean[i]);
  }
  cma.move_to(std::move(moved));
  learn_categories(ranked);
  for (const ModelTrial* trial : generation) {
    state_->consumed.emplace_back(*trial);
  }
  ++state_->generations;
  restart_if_done(ranked);
}

void CmaSearch::learn_categories(std::span<const ModelTrial* const> best_first) {
  // The same positive weights as for the numbers, so both adapt to the same trials.
  const CmaConstants constants(std::max<std::size_t>(1, numeric_.size()), best_first.size());
  const double margin = 1.0 / static_cast<double>(space_.size() * best_first.size());
  for (std::size_t c = 0; c < categorical_.size(); ++c) {
    std::vector<double>& probabilities = state_->probabilities[c];
    double moved = 0.0;
    std::vector<double> weights(probabilities.size(), 0.0);
    for (std::size_t k = 0; k < constants.parents; ++k) {
      const double x = best_first[k]->point[categorical_[c]];
      if (!std::isnan(x) && best_first[k]->result != Result::kNone) {
        weights[static_cast<std::size_t>(x)] += constants.weights[k];
        moved += constants.weights[k];
      }
    }
    const double least =
        margin / static_cast<double>(std::max<std::size_t>(2, probabilities.size()) - 1);
    double sum = 0.0;
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
      // Exponential smoothing towards the weights; `moved` is below 1 if some parents lack the
      // parameter or have no result.
      probabilities[k] += kCategoryRate * (weights[k] - moved * probabilities[k]);
      probabilities[k] = std::max(probabilities[k], least);
      sum += probabilities[k];
    }
    for (double& p : probabilities) {
      p /= sum;
    }
  }
}

void CmaSearch::restart_if_done(std::span<const ModelTrial* const> best_first) {
  Cma& cma = state_->cma;
  const auto population = static_cast<double>(cma.population());
  // EqualFunValues of the tutorial (appendix B): the best scores of the last 10 + 30 n / lambda
  // generations do not differ.
  const auto history =
      static_cast<std::size_t>(10.0 + 30.0 * static_cast<double>(numeric_.size()) / population);
  const ModelTrial& best = *best_first.front();
  const ModelTrial& last = *best_first.back();
  const bool flat = best.result == last.result &&
                    (best.result == Result::kNone ||
                     (best.score == last.score && best.violation == last.violation));
  if (flat) {
    cma.widen();
  }
  state_->recent.push_back(best.score);
  if (state_->recent.size() > history) {
    state_->recent.erase(state_->recent.begin());
  }
  const auto [low, high] = std::minmax_element(state_->recent.begin(), state_->recent.end());
  const bool same = state_->recent.size() == history && *low == *high;
  bool narrow = !numeric_.empty();
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    narrow = narrow && cma.deviation(i) < kNarrow;
  }
  if (!numeric_.empty() && (narrow || same || cma.condition() > kMaxCondition)) {
    nn::Stream stream(seed_, nn::Purpose::kSuggest, 0xffff'ffffU,
                      static_cast<std::uint32_t>(state_->restarts));
    std::vector<double> mean(numeric_.size());
    for (double& m : mean) {
      m = stream.uniform();
    }
    begin(Cma(std::move(mean), kFirstSigma, 2 * cma.population()));
  }
}

}  // namespace hpsearch::search
