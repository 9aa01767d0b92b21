// The kernels of a Parzen mixture, evaluated for many points at a time.
#pragma once

#include <cstddef>
#include <span>

#include "search/points/unit_space.h"

namespace hpsearch::search {

// The probabilities that a normal density has below 0 and above 1. Requires 0 <= mean <= 1 and
// deviation <= 1, so that what is cut off is no more than 2/3.
struct Tails {
  double below;
  double above;
};
Tails tails_of(double mean, double deviation);

// Of the density that is cut to [0, 1]: what its exponent -(x - mean)^2 / (2 deviation^2) is added
// to, and the point below which it has the probability q.
double log_scale(double deviation, const Tails& tails);
double draw_inside(double mean, double deviation, const Tails& tails, double q);

// The probability of a level of a stepped axis under that density, as a logarithm.
double log_cell(const Axis& axis, std::size_t level, double mean, double deviation);

// Probabilities of a category under a member's kernel: the member's own, and any other.
struct CategoryKernel {
  double own;
  double other;
};
CategoryKernel category_kernel(std::size_t members, std::size_t categories);

// How many kernels at a time are evaluated for all points: few enough to stay in the first cache.
// Exponents are rows of so many, one a point.
inline constexpr std::size_t kKernelBlock = 64;

// Counts of kernels are multiples of this; what fills them up has exponent -infinity, weight 0.
inline constexpr std::size_t kKernelLanes = 8;

// exponents[p][i] -= ((points[p] - mean[i]) * inverse[i])^2 for i < count; any count.
void subtract_squares(std::span<const double> points,
                      const double* mean,
                      const double* inverse,
                      std::size_t count,
                      double* exponents);

// exponents[p][i] += mean[i] == points[p] ? own : other
void add_category(std::span<const double> points,
                  const double* mean,
                  double own,
                  double other,
                  std::size_t count,
                  double* exponents);

// Adds the kernels of a block to the sums of all points, one row of exponents a point:
// e^largest * sum grows by sum_i weight[i] e^exponent[i]; `largest` becomes the largest of them, so
// that nothing overflows. Whole lanes.
void add_exponentials(std::span<const double> exponents,
                      const double* weight,
                      std::size_t count,
                      double* largest,
                      double* sum);

}  // namespace hpsearch::search
