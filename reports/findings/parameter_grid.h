// Divides a parameter's range into a few places and estimates how densely trials lie on them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// The number of places: one per choice; 50 for a range, evenly spaced on its own scale; for
// integers on a log scale ceil(log2(count)) + 1; for other steps one per step, at most 50. 1 if
// there is nothing to choose.
std::size_t grid_size(const SearchedParameter& parameter);

// The place nearest to a value; empty if the parameter cannot have it.
std::optional<std::size_t> grid_place(const SearchedParameter& parameter, const nn::Value& value);

// The probability of each place, given how many trials lie there (`counts`, one per place): a
// mixture of one kernel per trial and a prior kernel over the whole range, which keeps every place
// above zero (Watanabe, Bansal and Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter
// Importance in Arbitrary Subspaces", section 4.3, as implemented in Optuna). Numbers use normal
// kernels, truncated to the range and integrated over each place, with the bandwidth of Scott's
// rule in places: 1.059 min(IQR / 1.34, deviation) n^-0.2, at least 0.5 / 1.64. Choices give 1 / (n
// + 1) of a trial's weight to the others.
std::vector<double> grid_density(const SearchedParameter& parameter,
                                 std::span<const std::size_t> counts);

}  // namespace hpsearch::reports
