// The kernels of a Parzen mixture, evaluated for many points at a time.
#pragma once

#include <cstddef>
#include <span>

#include "search/points/unit_space.h"

namespace hpsearch::search {

// The probability mass of N(mean, deviation^2) below 0 and above 1. Requires 0 <= mean <= 1 and
// deviation <= 1, so that at most 2/3 is cut off.
struct Tails {
  double below;
  double above;
};
Tails tails_of(double mean, double deviation);

// For that normal distribution truncated to [0, 1]: the logarithm of its normalisation, to which
// the exponent -(x - mean)^2 / (2 deviation^2) is added; and its q-quantile.
double log_scale(double deviation, const Tails& tails);
double draw_inside(double mean, double deviation, const Tails& tails, double q);

// log P(level) of a stepped axis under the truncated distribution.
double log_cell(const Axis& axis, std::size_t level, double mean, double deviation);

// The probability of a category under a member's kernel: the member's own category, and each other
// one.
struct CategoryKernel {
  double own;
  double other;
};
CategoryKernel category_kernel(std::size_t members, std::size_t categories);

// The block size: how many kernels are evaluated at a time for all points. Small enough for a block
// to stay in the L1 cache. Exponents are stored as one row of this length per point.
inline constexpr std::size_t kKernelBlock = 64;

// Kernel counts are padded to a multiple of this, with exponent -infinity and weight 0.
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

// Adds a block of kernels to the running sum of each point (log-sum-exp): e^largest * sum grows by
// sum_i weight[i] e^exponent[i], and `largest` becomes the largest exponent so far, so nothing
// overflows. `count` is a multiple of kKernelLanes.
void add_exponentials(std::span<const double> exponents,
                      const double* weight,
                      std::size_t count,
                      double* largest,
                      double* sum);

}  // namespace hpsearch::search
