#include "search/space/distinct_points.h"

#include <utility>

namespace hpsearch::search {
namespace {

// Gives up after this many duplicates or infeasible points in a row.
constexpr std::uint64_t kMaxMisses = 100'000;

}  // namespace

std::optional<ParamSet> DistinctPoints::point(std::uint64_t index, const Source& source) {
  for (std::uint64_t misses = 0; points_.size() <= index && !ended_; ++misses) {
    auto params = misses < kMaxMisses ? source(next_++) : std::nullopt;
    if (!params) {
      ended_ = true;
      break;
    }
    ParamSet active = active_params(space_, *std::move(params));
    if (satisfies(constraints_, active) && seen_.insert(params_json(active)).second) {
      points_.push_back(std::move(active));
      misses = 0;
    }
  }
  return index < points_.size() ? std::optional(points_[index]) : std::nullopt;
}

}  // namespace hpsearch::search
