// Minimises a smooth function within bounds.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace hpsearch::search {

struct Bounds {
  double low;
  double high;
};

// Returns the value at x and writes its gradient.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// Projected L-BFGS: the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4, eight pairs) on
// the coordinates that are not held by a bound, a backtracking line search along the projected
// path (Armijo's condition). Ends after `iterations`, or where no coordinate of the projected
// gradient is larger than `tolerance`, or no step helps. `x` becomes the best point; returns its
// value. Values that are not finite are taken for worse than all others.
double minimise_within(const SmoothFunction& function,
                       std::span<const Bounds> bounds,
                       int iterations,
                       double tolerance,
                       std::vector<double>& x);

}  // namespace hpsearch::search
