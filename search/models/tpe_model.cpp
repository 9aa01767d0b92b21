#include "search/models/tpe_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/base/portable_math.h"

namespace hpsearch::search {
namespace {

// The weight of each good trial, by index in `trials`; 0 for all others. The weights of the good
// ones average 1. Reorders `ended`.
std::vector<double> good_weights(std::vector<const ModelTrial*>& ended,
                                 std::span<const ModelTrial> trials) {
  std::vector<double> weights(trials.size(), 0.0);
  const auto count = static_cast<std::ptrdiff_t>(tpe_good_count(ended.size()));
  std::partial_sort(ended.begin(), ended.begin() + count, ended.end(),
                    [](const ModelTrial* a, const ModelTrial* b) { return better(*a, *b); });
  const auto last = std::find_if(ended.begin(), ended.begin() + count, [](const ModelTrial* t) {
    return t->result == ModelTrial::Result::kNone;
  });
  const std::size_t good = static_cast<std::size_t>(last - ended.begin());
  double sum = 0.0;
  std::vector<double> by_rank(good);
  for (std::size_t rank = 0; rank < good; ++rank) {
    by_rank[rank] = nn::portable_log(static_cast<double>(good + 1)) -
                    nn::portable_log(static_cast<double>(rank + 1));
    sum += by_rank[rank];
  }
  for (std::size_t rank = 0; rank < good; ++rank) {
    weights[static_cast<std::size_t>(ended[rank] - trials.data())] =
        by_rank[rank] * static_cast<double>(good) / sum;
  }
  return weights;
}

}  // namespace

std::size_t tpe_good_count(std::size_t trials) {
  return std::min<std::size_t>((trials + 9) / 10, 25);
}

std::size_t tpe_candidate_count(std::size_t trials) {
  constexpr std::size_t kDensities = 4'800;  // kernel evaluations per suggestion
  return std::clamp<std::size_t>(kDensities / std::max<std::size_t>(trials, 1), 24, 64);
}

TpeModel::TpeModel(const UnitSpace& space, std::vector<std::size_t> axes)
    : space_(space), axes_(std::move(axes)), good_(space, axes_), others_(space, axes_) {}

TpeModel::Choice TpeModel::suggest(std::span<const ModelTrial> trials,
                                   nn::Stream& stream,
                                   std::span<double> point,
                                   const Allowed& allowed,
                                   std::uint32_t draw) {
  std::vector<const ModelTrial*> with_values;
  std::vector<const ModelTrial*> ended;
  for (const ModelTrial& trial : trials) {
    const bool has_values = std::none_of(axes_.begin(), axes_.end(), [&](std::size_t axis) {
      return std::isnan(trial.point[axis]);
    });
    if (has_values) {
      with_values.push_back(&trial);
      if (trial.result != ModelTrial::Result::kPending) {
        ended.push_back(&trial);
      }
    }
  }
  const std::vector<double> weights = good_weights(ended, trials);
  std::vector<ParzenMember> good;
  std::vector<ParzenMember> others;
  for (const ModelTrial* trial : with_values) {
    const double weight = weights[static_cast<std::size_t>(trial - trials.data())];
    if (weight > 0.0) {
      good.push_back({trial->number, trial->point, weight});
    } else {
      others.push_back({trial->number, trial->point});
    }
  }
  good_.assign(good);
  others_.assign(others);

  const std::size_t width = space_.size();
  const std::size_t count = std::max<std::size_t>(
      1, tpe_candidate_count(trials.size()) >> std::min<std::uint32_t>(draw, 16));
  std::vector<double> candidates(count * width);
  for (std::size_t c = 0; c < count; ++c) {
    good_.sample(stream, std::span(candidates).subspan(c * width, width));
  }
  const std::vector<double> log_good = good_.log_density(candidates);
  const std::vector<double> log_others = others_.log_density(candidates);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  auto ratio = [&](std::size_t c) { return log_good[c] - log_others[c]; };
  // Stable, so that ties do not depend on the library's sort.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ratio(a) > ratio(b); });
  const auto first = std::find_if(order.begin(), order.end(), [&](std::size_t c) {
    return !allowed || allowed(std::span(candidates).subspan(c * width, width));
  });
  // If no candidate is allowed, choose() rejects the best one and asks again.
  const std::size_t best = first == order.end() ? order.front() : *first;
  for (const std::size_t axis : axes_) {
    point[axis] = candidates[best * width + axis];
  }
  return {good.size(), ratio(best)};
}

}  // namespace hpsearch::search
