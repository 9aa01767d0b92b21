#include "search/models/parzen_kernels.h"

#include <algorithm>
#include <array>

#include "nn/base/portable_math.h"
#include "nn/base/vector_unit.h"
#include "search/models/vector_exp.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

constexpr std::size_t kLanes = kKernelLanes;

}  // namespace

Tails tails_of(double mean, double deviation) {
  return {normal_cdf(-mean / deviation), normal_cdf((mean - 1.0) / deviation)};
}

double log_scale(double deviation, const Tails& tails) {
  return log_normal_pdf(0.0) - nn::portable_log(deviation) -
         nn::portable_log(1.0 - (tails.below + tails.above));
}

double draw_inside(double mean, double deviation, const Tails& tails, double q) {
  const double mass = 1.0 - (tails.below + tails.above);
  const double p = tails.below + q * mass;
  // Above the centre, work from the upper tail, where fewer digits cancel.
  const double z = p <= 0.5 ? normal_quantile(p) : -normal_quantile(tails.above + (1.0 - q) * mass);
  return std::clamp(mean + deviation * z, 0.0, 1.0);
}

// Everything in logarithms: far from the mean, the mass of a cell underflows.
double log_cell(const Axis& axis, std::size_t level, double mean, double deviation) {
  return log_normal_mass((axis.cell_begin(level) - mean) / deviation,
                         (axis.cell_begin(level + 1) - mean) / deviation) -
         log_normal_mass(-mean / deviation, (1.0 - mean) / deviation);
}

CategoryKernel category_kernel(std::size_t members, std::size_t categories) {
  const double s = 1.0 / static_cast<double>(members + 1);
  const double sum = 1.0 + static_cast<double>(categories) * s;
  return {(1.0 + s) / sum, s / sum};
}

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

void add_exponentials(std::span<const double> exponents,
                      const double* weight,
                      std::size_t count,
                      double* largest,
                      double* sum) {
  nn::vectorised([=] {
    for (std::size_t p = 0; p < exponents.size() / kKernelBlock; ++p) {
      const double* row = exponents.data() + p * kKernelBlock;
      // Independent lanes with a fixed reduction order: compilers may vectorise this, and the sum
      // has the same bits whatever the width of the vector unit.
      std::array<double, kLanes> lanes;
      lanes.fill(largest[p]);
      for (std::size_t i = 0; i < count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          lanes[lane] = row[i + lane] > lanes[lane] ? row[i + lane] : lanes[lane];
        }
      }
      const double most = *std::max_element(lanes.begin(), lanes.end());
      std::array<double, kLanes> sums{};
      for (std::size_t i = 0; i < count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          sums[lane] += weight[i + lane] * exp_of_negative(row[i + lane] - most);
        }
      }
      sum[p] = sum[p] * exp_of_negative(largest[p] - most) +
               (((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                ((sums[4] + sums[5]) + (sums[6] + sums[7])));
      largest[p] = most;
    }
  });
}

}  // namespace hpsearch::search
