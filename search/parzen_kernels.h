// The kernels of a Parzen mixture, evaluated for many points at a time.
#pragma once

#include <cstddef>
#include <span>

#include "search/unit_space.h"

namespace hpsearch::search {

// Of a normal density cut to [0, 1]: what its exponent -(x - mean)^2 / (2 deviation^2) is added to.
double log_scale(double mean, double deviation);

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

// exponents[p][i] -= ((points[p] - mean[i]) * inverse[i])^2 for i < count
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

// sum_i weight[i] e^(exponent[i] - largest)
double sum_of_exponentials(const double* exponent,
                           const double* weight,
                           std::size_t count,
                           double largest);

double largest_of(const double* exponent, std::size_t count);

}  // namespace hpsearch::search
