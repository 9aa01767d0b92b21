// Suggestions that a trial may have, from any method.
#pragma once

#include <cstdint>
#include <optional>

#include "search/sampler.h"

namespace hpsearch::search {

// What a trial must be, whatever the method.
struct Rules {
  const Space& space;
  const Constraints& constraints;
  std::uint64_t seed;  // of the sweep
};

// The sampler's suggestion: the first draw (Known::draw) that the rules allow. Where many draws in
// a row are not, independent ones take over. Trials that are carried to a further stage are taken
// as they are. Throws std::runtime_error where not one of all is allowed: hardly anything is.
Suggestion choose(Sampler& sampler, const Rules& rules, std::uint64_t position, Known known);

// How many different trials the rules allow; empty where there are more than can be gone through,
// or no end of them.
std::optional<std::uint64_t> count_points(const Rules& rules);

// Which share of independent draws satisfies the constraints, of so many.
double feasible_share(const Rules& rules, int draws);

}  // namespace hpsearch::search
