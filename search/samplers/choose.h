// Turns a sampler's suggestions into ones that a trial may have.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// What every trial must satisfy, whatever the method.
struct Rules {
  const Space& space;
  const Constraints& constraints;
  std::uint64_t seed;  // the sweep's seed
  // True if an earlier trial of this stage had these values; empty: duplicates are fine.
  std::function<bool(int stage, const ParamSet& params)> tried = {};
};

// The sampler's first draw (Known::draw) that the rules allow. After many rejected draws another
// source takes over: an untried point of a space that is small enough to enumerate, otherwise
// independent random draws. Carried trials are taken as they are. Empty if every point of what the
// sampler searches at this position has been tried. If a new point is too hard to find, a tried one
// is repeated. Throws std::runtime_error if hardly anything satisfies the constraints.
std::optional<Suggestion> choose(Sampler& sampler,
                                 const Rules& rules,
                                 std::uint64_t position,
                                 Known known);

// The number of distinct trials that the rules allow; empty if there are too many to enumerate.
std::optional<std::uint64_t> count_points(const Rules& rules);

// The share of `draws` independent draws that satisfies the constraints.
double feasible_share(const Rules& rules, int draws);

}  // namespace hpsearch::search
