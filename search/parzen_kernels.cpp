#include "search/parzen_kernels.h"

#include <algorithm>
#include <array>
#include <limits>

#include "nn/portable_math.h"
#include "nn/vector_unit.h"
#include "search/normal.h"
#include "search/vector_exp.h"

namespace hpsearch::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kLanes = 8;

}  // namespace

// Of a normal density cut to [0, 1]: what its exponent -(x - mean)^2 / (2 deviation^2) is added to.
double log_scale(double mean, double deviation) {
  return log_normal_pdf(0.0) - nn::portable_log(deviation) -
         log_normal_mass(-mean / deviation, (1.0 - mean) / deviation);
}

// The probability of a level under a normal density cut to [0, 1], as a logarithm.
double log_cell(const Axis& axis, std::size_t level, double mean, double deviation) {
  return log_normal_mass((axis.cell_begin(level) - mean) / deviation,
                         (axis.cell_begin(level + 1) - mean) / deviation) -
         log_normal_mass(-mean / deviation, (1.0 - mean) / deviation);
}

// Probabilities of a category under a member's kernel: its own, and any other.
CategoryKernel category_kernel(std::size_t members, std::size_t categories) {
  const double s = 1.0 / static_cast<double>(members + 1);
  const double sum = 1.0 + static_cast<double>(categories) * s;
  return {(1.0 + s) / sum, s / sum};
}

// exponents[p * kKernelBlock + i] -= ((points[p] - mean[i]) * inverse[i])^2
void subtract_squares(std::span<const double> points,
                      const double* mean,
                      const double* inverse,
                      std::size_t count,
                      double* exponents) {
  nn::vectorised([=] {
    for (std::size_t p = 0; p < points.size(); ++p) {
      const double x = points[p];
      double* row = exponents + p * kKernelBlock;
      for (std::size_t i = 0; i < count; ++i) {
        const double z = (x - mean[i]) * inverse[i];
        row[i] -= z * z;
      }
    }
  });
}

void add_category(std::span<const double> points,
                  const double* mean,
                  double own,
                  double other,
                  std::size_t count,
                  double* exponents) {
  nn::vectorised([=] {
    for (std::size_t p = 0; p < points.size(); ++p) {
      const double x = points[p];
      double* row = exponents + p * kKernelBlock;
      for (std::size_t i = 0; i < count; ++i) {
        row[i] += mean[i] == x ? own : other;
      }
    }
  });
}

// sum_i weight[i] e^(exponent[i] - largest), in lanes of their own.
double sum_of_exponentials(const double* exponent,
                           const double* weight,
                           std::size_t count,
                           double largest) {
  return nn::vectorised([=] {
    std::array<double, kLanes> sums{};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += weight[i + lane] * exp_of_negative(exponent[i + lane] - largest);
      }
    }
    for (; i < count; ++i) {
      sums[0] += weight[i] * exp_of_negative(exponent[i] - largest);
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  });
}

double largest_of(const double* exponent, std::size_t count) {
  return nn::vectorised([=] {
    std::array<double, kLanes> lanes;
    lanes.fill(-kInfinity);
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] = exponent[i + lane] > lanes[lane] ? exponent[i + lane] : lanes[lane];
      }
    }
    double largest = *std::max_element(lanes.begin(), lanes.end());
    for (; i < count; ++i) {
      largest = std::max(largest, exponent[i]);
    }
    return largest;
  });
}

}  // namespace hpsearch::search
