// Where a numeric column is cut for its piecewise-linear encoding.
#pragma once

#include <cstddef>
#include <vector>

namespace hpsearch::nn {

// At most bins + 1 edges, ascending and all different, for the values of a column in the rows to
// train on: all distinct values where these are no more; else the quantiles 0, 1/bins, ..., 1, and
// where ties leave fewer, as many quantiles of the distinct values as are missing (a column that is
// mostly zero would else have a single bin). Quantiles interpolate linearly, as NumPy's do.
//
// Fewer than two edges, for a column with a single value, make no bin. Requires finite values and
// bins > 0. Source: Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep
// Learning", section 3.2, whose quantiles leave ties alone.
std::vector<float> bin_edges(std::vector<float> values, std::size_t bins);

}  // namespace hpsearch::nn
