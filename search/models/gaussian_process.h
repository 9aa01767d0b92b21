// Gaussian process regression (Rasmussen and Williams 2006) with a Matern kernel.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hpsearch::search {

// What is known: points and their values.
struct GpData {
  std::vector<bool> categorical;             // by axis
  std::vector<std::vector<double>> columns;  // by axis, the coordinates of all points
  std::vector<double> y;

  std::size_t axes() const { return columns.size(); }
  std::size_t size() const { return y.size(); }
};

// k(a, b) = scale * M(r^2), plus `noise` where a and b are the same observation;
// r^2 = sum_j weight_j d_j^2, d_j the difference on an axis (of categories 0 or 1), and
// M(r^2) = (1 + sqrt(5) r + 5/3 r^2) e^(-sqrt(5) r): Matern 5/2 with a length for each axis,
// weight_j = 1 / length_j^2.
struct GpKernel {
  std::vector<double> weights;
  double scale = 1.0;
  double noise = 1e-6;
};

// The logarithm of the probability of the data under a kernel, plus that of its priors: of each
// weight -(0.1 / w + 0.1 w), Gamma(2, 1) on the scale, Gamma(1.1, 30) on the noise (as Optuna 5 has
// them). `logs`: logarithms of the weights, the scale and the noise above kGpLeastNoise. Writes the
// gradient by them. -infinity where the kernel's matrix has no Cholesky factor.
inline constexpr double kGpLeastNoise = 1e-6;
double gp_log_posterior(const GpData& data,
                        std::span<const double> logs,
                        std::span<double> gradient);

// The kernel with the largest posterior, as far as so many steps from `start` lead.
GpKernel fit_gp(const GpData& data, const GpKernel& start, int iterations);

// A kernel that fits little data: lengths 1, scale 1.
GpKernel default_gp_kernel(std::size_t axes);

// What the data say of other points.
class GpPosterior {
 public:
  GpPosterior(GpData data, GpKernel kernel);

  struct Prediction {
    double mean;
    double variance;  // of the function, without noise
  };
  Prediction at(std::span<const double> point) const;

  // The same for rows of points at once, which takes less time.
  std::vector<Prediction> at_all(std::span<const double> points) const;

  // With the gradients by the coordinates; 0 on categorical axes.
  Prediction at(std::span<const double> point,
                std::span<double> mean_gradient,
                std::span<double> variance_gradient) const;

  // What the other observations say of each observation: its mean, and its variance with noise
  // (Rasmussen and Williams 2006, eq. 5.12), under the kernel that all of them were fitted with.
  std::vector<Prediction> leave_one_out() const;

  const GpData& data() const { return data_; }
  const GpKernel& kernel() const { return kernel_; }

 private:
  void distances(std::span<const double> point, std::vector<double>& squares) const;

  GpData data_;
  GpKernel kernel_;
  std::vector<double> factor_;  // lower Cholesky factor, column by column
  std::vector<double> alpha_;   // K^-1 y
};

}  // namespace hpsearch::search
