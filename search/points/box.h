// From the trials of one stage to the box that the next one searches.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/space/space.h"
#include "search/sweep/observation.h"
#include "search/sweep/search_options.h"

namespace hpsearch::search {

// What became of one parameter's range, and why.
struct AxisChange {
  std::string parameter;
  std::string action;  // kept, shrunk, shifted, widened, narrowed (of categories)
  std::string reason;  // a sentence
};

struct NextBox {
  Space space;
  std::vector<AxisChange> changes;  // for each parameter that is not fixed
};

// `declared`: the ranges as written; `box`: what the trials in `stage` were drawn from; both have
// the same parameters. Ranges are compared on their own scales.
//
// The elite are the best max(5, elite * n) complete trials of all n. For each numeric range:
// - Where the elite are more than half of all trials, they tell nothing, and the range stays.
// - Where the elite spread over the box as widely as all trials do (standard deviations, 0.8), the
//   parameter does not matter here, and the range stays.
// - Where the best lies within 5 % of an edge of the box, or 40 % of the elite in its outer 10 %,
//   or 60 % of them have the outermost of the values tried (of a grid, which never comes near an
//   edge), the box shifts to have the best in its middle, and does not shrink; but never beyond the
//   written range: there it shrinks against the edge, or, with `expand: auto`, grows beyond it by
//   half the written width, at most twice, within the parameter's limits.
// - Else the elite's 10 to 90 % quantiles, a quarter wider at each side, give its width, between
//   shrink^2 and shrink of the old one; the mean of the elite, weighted by rank, gives its middle.
// A normal distribution is treated as the range of its probabilities, an ordered list as that of
// its indices (search/box_view.h); of a parameter with a condition only the trials count that have
// it. The box always contains the best. Categories stay if an elite trial has them, or if fewer
// than three trials have tried them. Without a complete trial nothing changes.
NextBox next_box(const Space& declared,
                 const Space& box,
                 std::span<const Observation> stage,
                 const SearchOptions& options);

// The trials with a score, best first: by score, then by number.
std::vector<const Observation*> ranked(std::span<const Observation> trials);

}  // namespace hpsearch::search
