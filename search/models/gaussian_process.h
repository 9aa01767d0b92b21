// Gaussian process regression with a Matern kernel (Rasmussen and Williams 2006, "Gaussian
// Processes for Machine Learning", chapters 2 and 5).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hpsearch::search {

// The observations: points and their values.
struct GpData {
  std::vector<bool> categorical;             // per axis; compared for equality only
  std::vector<std::vector<double>> columns;  // per axis, the coordinates of all points
  std::vector<double> y;

  std::size_t axes() const { return columns.size(); }
  std::size_t size() const { return y.size(); }
};

// k(a, b) = scale * M(r^2), plus `noise` if a and b are the same observation;
// r^2 = sum_j weight_j d_j^2, where d_j is the difference along axis j (0 or 1 for categories);
// M(r^2) = (1 + sqrt(5) r + 5/3 r^2) e^(-sqrt(5) r): Matern 5/2 with one length scale per axis
// (automatic relevance determination), weight_j = 1 / length_j^2.
struct GpKernel {
  std::vector<double> weights;
  double scale = 1.0;
  double noise = 1e-6;
};

// The log marginal likelihood of the data under a kernel, plus the log priors: -(0.1 / w + 0.1 w)
// per weight, Gamma(2, 1) on the scale, Gamma(1.1, 30) on the noise (those of Optuna 5). `logs`
// holds the logarithms of the weights, of the scale, and of the noise above kGpLeastNoise: axes() +
// 2 numbers. Writes the gradient with respect to them. Returns -infinity if the kernel matrix has
// no Cholesky factor. O(n^3).
inline constexpr double kGpLeastNoise = 1e-6;
double gp_log_posterior(const GpData& data,
                        std::span<const double> logs,
                        std::span<double> gradient);

// The maximum a posteriori kernel, as far as `iterations` steps of L-BFGS from `start` reach.
GpKernel fit_gp(const GpData& data, const GpKernel& start, int iterations);

// A kernel for little data: unit lengths, unit scale.
GpKernel default_gp_kernel(std::size_t axes);

// The posterior of a fitted process. Immutable, so safe to share between threads.
class GpPosterior {
 public:
  // Factorises the kernel matrix; increases the noise if rounding makes it indefinite.
  GpPosterior(GpData data, GpKernel kernel);

  struct Prediction {
    double mean;
    double variance;  // of the function, without noise
  };
  Prediction at(std::span<const double> point) const;

  // The same for many points at once, which is faster. `points`: rows of axes() coordinates.
  std::vector<Prediction> at_all(std::span<const double> points) const;

  // Also writes the gradients with respect to the coordinates; 0 on categorical axes.
  Prediction at(std::span<const double> point,
                std::span<double> mean_gradient,
                std::span<double> variance_gradient) const;

  // The posterior means at the observations.
  std::vector<double> means() const;

  // The prediction for each observation from all others: mean, and variance including noise
  // (Rasmussen and Williams 2006, eq. 5.12), under the kernel fitted to all of them.
  std::vector<Prediction> leave_one_out() const;

  const GpData& data() const { return data_; }
  const GpKernel& kernel() const { return kernel_; }

 private:
  void distances(std::span<const double> point, std::vector<double>& squares) const;

  GpData data_;
  GpKernel kernel_;
  std::vector<double> factor_;  // lower Cholesky factor L of K, (n, n), column-major
  std::vector<double> alpha_;   // K^-1 y
};

}  // namespace hpsearch::search
