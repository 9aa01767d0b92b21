// What random search would have found: a baseline to hold a search against.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace hpsearch::reports {

// The expected lowest score of `n` random trials, estimated from a sample of scores (`ascending`,
// finite): Dodge et al. 2019, "Show Your Work: Improved Reporting of Experimental Results", section
// 3, i.e. draws with replacement. Requires at least one score and n >= 1.
double expected_best(std::span<const double> ascending, std::size_t n);

// The smallest number of random trials whose expected best is at least as good as `score`; empty if
// even a million are not enough, as the score lies beyond the sample.
std::optional<std::size_t> trials_to_match(std::span<const double> ascending, double score);

// The share of `scores` that are worse (higher) than `score`; equal ones count half.
double share_worse(std::span<const double> scores, double score);

}  // namespace hpsearch::reports
