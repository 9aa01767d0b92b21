// Minimisation of a smooth function within box constraints.
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
// the coordinates that no bound holds, with a backtracking line search along the projected path
// (Armijo's condition). Stops after `iterations`, once no component of the projected gradient
// exceeds `tolerance`, or when no step helps. Moves `x` to the best point and returns its value.
// Non-finite values count as worse than any other. Requires x within `bounds`.
double minimise_within(const SmoothFunction& function,
                       std::span<const Bounds> bounds,
                       int iterations,
                       double tolerance,
                       std::vector<double>& x);

}  // namespace hpsearch::search
