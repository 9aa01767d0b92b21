// A parameter's range as a few places, and how densely trials lie on them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// The number of places: of choices each one; of a range 50, evenly spread on its own scale; of
// whole numbers on a log scale ceil(log2(how many)) + 1, of other steps as many as there are, at
// most 50. 1 where there is nothing to choose.
std::size_t grid_size(const SearchedParameter& parameter);

// The nearest place of a value; empty for one that is none of the parameter's.
std::optional<std::size_t> grid_place(const SearchedParameter& parameter, const nn::Value& value);

// The probability of each place, estimated from how often trials have had it (`counts`, one a
// place): a mixture of one kernel a trial and one of the whole range, which keeps it from zero
// (Watanabe, Bansal and Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance
// in Arbitrary Subspaces", section 4.3, in Optuna's form). Kernels of numbers are normal
// distributions, cut to the range and summed over each place, as wide as Scott's rule says: 1.059
// min(IQR / 1.34, deviation) n^-0.2, in places, at least 0.5 / 1.64. Those of choices keep
// 1 / (n + 1) of a trial for the others.
std::vector<double> grid_density(const SearchedParameter& parameter,
                                 std::span<const std::size_t> counts);

}  // namespace hpsearch::reports
