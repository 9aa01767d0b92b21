// Computes the box that the next stage searches from the trials of the previous one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/space/space.h"
#include "search/sweep/observation.h"
#include "search/sweep/search_options.h"

namespace hpsearch::search {

// What happened to one parameter's range, and why.
struct AxisChange {
  std::string parameter;
  std::string action;  // kept, shrunk, shifted, widened, narrowed (of categories)
  std::string reason;  // "the best 6 of 30 trials lie between 0.01 and 0.1"
};

struct NextBox {
  Space space;
  std::vector<AxisChange> changes;  // one per parameter that is not fixed
};

// `declared` holds the ranges as written, `box` the ranges that the trials of `stage` were drawn
// from; both have the same parameters. Distances are measured on each range's own scale.
//
// The elite are the best max(5, elite * n) complete trials of all n. For each numeric range the
// first rule that fits decides:
// - Edge: the best trial lies within 5 % of an edge of the box, or 40 % of the elite lie in its
//   outer 10 %, or 60 % of them have the outermost value tried (for grids, which never come near an
//   edge). The box shifts to centre on the best trial and keeps its width, but never leaves the
//   written range. If the edge is that of the written range, `expand: auto` moves it out by half
//   the written width, at most twice and within the parameter's limits; otherwise the next rules
//   apply.
// - Too few trials: the elite are more than half of all trials, so they say nothing. The range
//   stays.
// - No influence: the elite spread over the box about as widely as all trials (ratio of standard
//   deviations at least 0.8). The range stays.
// - Shrink: the elite's 10 % to 90 % quantiles, extended by a quarter on each side, give the new
//   width, clamped to shrink^2 to shrink of the old one; the elite's rank-weighted mean gives the
//   centre.
//
// A normal distribution is treated as the range of its probabilities, an ordered list as the range
// of its indices (points/box_view.h). For a parameter with a condition, only trials that have it
// count. The box always contains the best trial. A category stays if an elite trial has it or fewer
// than three trials have tried it. Without a complete trial nothing changes.
NextBox next_box(const Space& declared,
                 const Space& box,
                 std::span<const Observation> stage,
                 const SearchOptions& options);

// The complete trials, best first: by score, then by number.
std::vector<const Observation*> ranked(std::span<const Observation> trials);

}  // namespace hpsearch::search
