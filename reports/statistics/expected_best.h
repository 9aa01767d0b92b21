// What so many random trials find: a search should be held against that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace hpsearch::reports {

// The expected lowest score of `n` random trials, of which `scores` (ascending, finite) are a
// sample: Dodge et al. 2019, "Show Your Work: Improved Reporting of Experimental Results", section
// 3, which draws them with replacement. Requires at least one score and n >= 1.
double expected_best(std::span<const double> ascending, std::size_t n);

// The fewest random trials whose expected best is as good as `score`; empty where even a million
// are not: it lies beyond what the sample has.
std::optional<std::size_t> trials_to_match(std::span<const double> ascending, double score);

// The share of `scores` that are worse (higher); equal ones count half.
double share_worse(std::span<const double> scores, double score);

}  // namespace hpsearch::reports
