#include "search/tpe.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::search {

std::size_t tpe_good_count(std::size_t trials) {
  return std::min<std::size_t>((trials + 9) / 10, 25);
}

TpeModel::TpeModel(const UnitSpace& space, std::vector<std::size_t> axes)
    : space_(space), axes_(std::move(axes)), good_(space, axes_), others_(space, axes_) {}

void TpeModel::suggest(std::span<const ModelTrial> trials,
                       nn::Stream& stream,
                       std::span<double> point) {
  auto has_values = [&](const ModelTrial& trial) {
    return std::none_of(axes_.begin(), axes_.end(),
                        [&](std::size_t axis) { return std::isnan(trial.point[axis]); });
  };
  std::vector<const ModelTrial*> ended;
  for (const ModelTrial& trial : trials) {
    if (trial.result != ModelTrial::Result::kPending && has_values(trial)) {
      ended.push_back(&trial);
    }
  }
  const std::size_t good_count = tpe_good_count(ended.size());
  std::vector<bool> is_good(trials.size(), false);
  if (good_count > 0) {
    std::nth_element(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(good_count) - 1,
                     ended.end(),
                     [](const ModelTrial* a, const ModelTrial* b) { return better(*a, *b); });
    for (std::size_t i = 0; i < good_count; ++i) {
      const bool has_result = ended[i]->result != ModelTrial::Result::kNone;
      is_good[static_cast<std::size_t>(ended[i] - trials.data())] = has_result;
    }
  }
  std::vector<ParzenMember> good;
  std::vector<ParzenMember> others;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (has_values(trials[i])) {
      (is_good[i] ? good : others).push_back({trials[i].number, trials[i].point});
    }
  }
  good_.assign(good);
  others_.assign(others);

  const std::size_t width = space_.size();
  std::vector<double> candidates(kCandidates * width);
  for (std::size_t c = 0; c < kCandidates; ++c) {
    good_.sample(stream, std::span(candidates).subspan(c * width, width));
  }
  const std::vector<double> log_good = good_.log_density(candidates);
  const std::vector<double> log_others = others_.log_density(candidates);
  std::size_t best = 0;
  for (std::size_t c = 1; c < kCandidates; ++c) {
    if (log_good[c] - log_others[c] > log_good[best] - log_others[best]) {
      best = c;
    }
  }
  for (const std::size_t axis : axes_) {
    point[axis] = candidates[best * width + axis];
  }
}

}  // namespace hpsearch::search
