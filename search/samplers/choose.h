// Suggestions that a trial may have, from any method.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// What a trial must be, whatever the method.
struct Rules {
  const Space& space;
  const Constraints& constraints;
  std::uint64_t seed;  // of the sweep
  // Has an earlier trial of this stage had these values? Empty: that does not matter.
  std::function<bool(int stage, const ParamSet& params)> tried = {};
};

// The sampler's suggestion: the first draw (Known::draw) that the rules allow. Where many draws in
// a row are not, others take over: of a space of not too many points one that has not been tried,
// else independent draws. Trials that are carried to a further stage are taken as they are. Empty
// where each point of the space has been tried; with stages, and where a new point is hardly to be
// found, such a trial is repeated. Throws std::runtime_error where hardly anything satisfies the
// constraints.
std::optional<Suggestion> choose(Sampler& sampler,
                                 const Rules& rules,
                                 std::uint64_t position,
                                 Known known);

// How many different trials the rules allow; empty where there are more than can be gone through,
// or no end of them.
std::optional<std::uint64_t> count_points(const Rules& rules);

// Which share of independent draws satisfies the constraints, of so many.
double feasible_share(const Rules& rules, int draws);

}  // namespace hpsearch::search
