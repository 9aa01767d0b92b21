#include "search/models/gaussian_process.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/base/portable_math.h"
#include "nn/base/vector_unit.h"
#include "search/models/lbfgs.h"
#include "search/models/vector_exp.h"

namespace hpsearch::search {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using ConstVectorMap = Eigen::Map<const Vector>;

constexpr double kSqrt5 = 2.23606797749978969641;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Bounds of the fit, in logarithms: lengths from 0.02 to 150, scale and noise as wide.
constexpr Bounds kWeightBounds{-10.0, 8.0};
constexpr Bounds kScaleBounds{-7.0, 7.0};
constexpr Bounds kNoiseBounds{-16.0, 2.0};

// squares[i] += weight * (x - column[i])^2
// The loops of the kernel work on one column of coordinates at a time, so they vectorise.
void add_squares(const double* column, double x, double weight, std::size_t n, double* squares) {
  nn::vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      const double d = column[i] - x;
      squares[i] += weight * (d * d);
    }
  });
}
void add_differences(
    const double* column, double x, double weight, std::size_t n, double* squares) {
  nn::vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      squares[i] += column[i] == x ? 0.0 : weight;
    }
  });
}

// In: squares[i] = r^2. Out: squares[i] = M(r^2), and slopes[i] = dM / d(r^2) = -5/6 (1 + sqrt(5)
// r) e^(-sqrt(5) r), which stays finite at r = 0.
void matern(std::size_t n, double* squares, double* slopes) {
  nn::vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      const double square = squares[i];
      const double r = kSqrt5 * std::sqrt(square);
      const double e = exp_of_negative(-r);
      squares[i] = (1.0 + r + (5.0 / 3.0) * square) * e;
      slopes[i] = (-5.0 / 6.0) * (1.0 + r) * e;
    }
  });
}

void add_axis(
    const GpData& data, std::size_t axis, double x, double weight, std::size_t n, double* squares) {
  const double* column = data.columns[axis].data();
  if (data.categorical[axis]) {
    add_differences(column, x, weight, n, squares);
  } else {
    add_squares(column, x, weight, n, squares);
  }
}

// The lower triangles of M(r^2) and of its slopes, without scale and noise; both (n, n).
void kernel_matrix(const GpData& data, const GpKernel& kernel, Matrix& values, Matrix& slopes) {
  const std::size_t n = data.size();
  values.resize(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  slopes.resize(values.rows(), values.cols());
  for (std::size_t i = 0; i < n; ++i) {
    // Column-major, so rows i ... n - 1 of column i are contiguous.
    double* column = values.data() + i * n + i;
    std::fill(column, column + (n - i), 0.0);
    for (std::size_t axis = 0; axis < data.axes(); ++axis) {
      const double* from = data.columns[axis].data() + i;
      const double x = *from;
      if (data.categorical[axis]) {
        add_differences(from, x, kernel.weights[axis], n - i, column);
      } else {
        add_squares(from, x, kernel.weights[axis], n - i, column);
      }
    }
    matern(n - i, column, slopes.data() + i * n + i);
  }
}

GpKernel kernel_of(std::span<const double> logs) {
  GpKernel kernel;
  const std::size_t axes = logs.size() - 2;
  for (std::size_t j = 0; j < axes; ++j) {
    kernel.weights.push_back(nn::portable_exp(logs[j]));
  }
  kernel.scale = nn::portable_exp(logs[axes]);
  kernel.noise = nn::portable_exp(logs[axes + 1]) + kGpLeastNoise;
  return kernel;
}

// K = scale * M + noise * I, lower triangle.
void scale_and_add_noise(const GpKernel& kernel, Matrix& values) {
  values *= kernel.scale;
  values.diagonal().array() += kernel.noise;
}

}  // namespace

double gp_log_posterior(const GpData& data,
                        std::span<const double> logs,
                        std::span<double> gradient) {
  const auto n = static_cast<Eigen::Index>(data.size());
  const std::size_t axes = data.axes();
  const GpKernel kernel = kernel_of(logs);
  Matrix values;
  Matrix slopes;
  kernel_matrix(data, kernel, values, slopes);
  Matrix scaled = values;
  scale_and_add_noise(kernel, scaled);
  const Eigen::LLT<Matrix> factor(scaled);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  if (factor.info() != Eigen::Success) {
    return -kInfinity;
  }
  // Rasmussen and Williams, algorithm 2.1: with K = L L^T and alpha = K^-1 y, the log likelihood is
  // -1/2 y^T alpha - sum_i log L_ii - n/2 log(2 pi).
  const ConstVectorMap y(data.y.data(), n);
  const Vector alpha = factor.solve(y);
  double log_determinant = 0.0;
  for (Eigen::Index i = 0; i < n; ++i) {
    log_determinant += nn::portable_log(factor.matrixLLT()(i, i));
  }
  double value =
      -0.5 * y.dot(alpha) - log_determinant - 0.91893853320467274178 * static_cast<double>(n);

  // Their eq. 5.9: d/dp = 1/2 sum_ij (alpha alpha^T - K^-1)_ij dK_ij/dp. The matrix is symmetric,
  // so off-diagonal entries of the lower triangle count twice, which cancels the 1/2.
  Matrix inverse = Matrix::Identity(n, n);
  factor.solveInPlace(inverse);
  double by_scale = 0.0;
  double by_noise = 0.0;
  Vector weighted(n);  // one column: weight of each pair, still to be multiplied by d^2
  for (Eigen::Index i = 0; i < n; ++i) {
    by_noise += 0.5 * (alpha[i] * alpha[i] - inverse(i, i));
    const Eigen::Index rest = n - i - 1;
    by_scale += 0.5 * (alpha[i] * alpha[i] - inverse(i, i));
    auto part = weighted.head(rest).array();
    part = alpha[i] * alpha.tail(rest).array() - inverse.col(i).tail(rest).array();
    by_scale += (part * values.col(i).tail(rest).array()).sum();
    part *= slopes.col(i).tail(rest).array();
    for (std::size_t axis = 0; axis < axes; ++axis) {
      const double* column = data.columns[axis].data();
      const double x = column[i];
      double sum = 0.0;
      for (Eigen::Index k = 0; k < rest; ++k) {
        const double d = column[i + 1 + k] - x;
        const double square = data.categorical[axis] ? (d == 0.0 ? 0.0 : 1.0) : d * d;
        sum += weighted[k] * square;
      }
      gradient[axis] += sum;
    }
  }
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const double w = kernel.weights[axis];
    gradient[axis] = gradient[axis] * kernel.scale * w + 0.1 / w - 0.1 * w;
    value -= 0.1 / w + 0.1 * w;
  }
  // Priors on scale and noise. log Gamma(a, b) is (a - 1) log x - b x up to a constant.
  const double extra = kernel.noise - kGpLeastNoise;
  value += nn::portable_log(kernel.scale) - kernel.scale;
  value += 0.1 * nn::portable_log(kernel.noise) - 30.0 * kernel.noise;
  gradient[axes] = (by_scale + 1.0 / kernel.scale - 1.0) * kernel.scale;
  gradient[axes + 1] = (by_noise + 0.1 / kernel.noise - 30.0) * extra;
  return value;
}

GpKernel default_gp_kernel(std::size_t axes) {
  return {std::vector<double>(axes, 1.0), 1.0, 0.01};
}

GpKernel fit_gp(const GpData& data, const GpKernel& start, int iterations) {
  std::vector<double> logs;
  std::vector<Bounds> bounds(data.axes(), kWeightBounds);
  for (const double w : start.weights) {
    logs.push_back(nn::portable_log(w));
  }
  logs.push_back(nn::portable_log(start.scale));
  bounds.push_back(kScaleBounds);
  logs.push_back(nn::portable_log(std::max(start.noise - kGpLeastNoise, 1e-7)));
  bounds.push_back(kNoiseBounds);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    logs[i] = std::clamp(logs[i], bounds[i].low, bounds[i].high);
  }
  auto loss = [&](std::span<const double> x, std::span<double> gradient) {
    const double value = gp_log_posterior(data, x, gradient);
    for (double& g : gradient) {
      g = -g;
    }
    return -value;
  };
  constexpr double kTolerance = 1e-2;  // of the gradient, the same as Optuna's
  minimise_within(loss, bounds, iterations, kTolerance, logs);
  return kernel_of(logs);
}

GpPosterior::GpPosterior(GpData data, GpKernel kernel)
    : data_(std::move(data)), kernel_(std::move(kernel)) {
  const auto n = static_cast<Eigen::Index>(data_.size());
  Matrix values;
  Matrix slopes;
  kernel_matrix(data_, kernel_, values, slopes);
  scale_and_add_noise(kernel_, values);
  Eigen::LLT<Matrix> factor(values);
  while (factor.info() != Eigen::Success) {  // rounding made it indefinite: add to the diagonal
    values.diagonal().array() += kernel_.noise;
    kernel_.noise *= 2.0;
    factor.compute(values);
  }
  factor_.assign(factor.matrixLLT().data(), factor.matrixLLT().data() + n * n);
  const Vector alpha = factor.solve(ConstVectorMap(data_.y.data(), n));
  alpha_.assign(alpha.data(), alpha.data() + n);
}

void GpPosterior::distances(std::span<const double> point, std::vector<double>& squares) const {
  squares.assign(data_.size(), 0.0);
  for (std::size_t axis = 0; axis < data_.axes(); ++axis) {
    add_axis(data_, axis, point[axis], kernel_.weights[axis], data_.size(), squares.data());
  }
}

std::vector<GpPosterior::Prediction> GpPosterior::at_all(std::span<const double> points) const {
  const std::size_t n = data_.size();
  const std::size_t count = points.size() / data_.axes();
  const auto rows = static_cast<Eigen::Index>(n);
  Matrix covariances(rows, static_cast<Eigen::Index>(count));
  std::vector<double> squares;
  std::vector<double> slopes(n);
  for (std::size_t p = 0; p < count; ++p) {
    distances(points.subspan(p * data_.axes(), data_.axes()), squares);
    matern(n, squares.data(), slopes.data());
    covariances.col(static_cast<Eigen::Index>(p)) =
        kernel_.scale * ConstVectorMap(squares.data(), rows);
  }
  // Their eq. 2.25 and 2.26: mean k^T alpha, variance k(x, x) - |L^-1 k|^2.
  const Vector means = covariances.transpose() * ConstVectorMap(alpha_.data(), rows);
  const Eigen::Map<const Matrix> factor(factor_.data(), rows, rows);
  factor.triangularView<Eigen::Lower>().solveInPlace(covariances);
  std::vector<Prediction> predictions;
  for (Eigen::Index p = 0; p < covariances.cols(); ++p) {
    predictions.push_back(
        {means[p], std::max(0.0, kernel_.scale - covariances.col(p).squaredNorm())});
  }
  return predictions;
}

std::vector<double> GpPosterior::means() const {
  // (K + noise I) alpha = y, and the means are K alpha.
  std::vector<double> means = data_.y;
  for (std::size_t i = 0; i < means.size(); ++i) {
    means[i] -= kernel_.noise * alpha_[i];
  }
  return means;
}

std::vector<GpPosterior::Prediction> GpPosterior::leave_one_out() const {
  const auto n = static_cast<Eigen::Index>(data_.size());
  const Eigen::Map<const Matrix> factor(factor_.data(), n, n);
  Matrix half = Matrix::Identity(n, n);
  factor.triangularView<Eigen::Lower>().solveInPlace(half);  // L^-1, so that K^-1 = half^T half
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < data_.size(); ++i) {
    const double variance = 1.0 / half.col(static_cast<Eigen::Index>(i)).squaredNorm();
    predictions.push_back({data_.y[i] - alpha_[i] * variance, variance});
  }
  return predictions;
}

GpPosterior::Prediction GpPosterior::at(std::span<const double> point) const {
  return at_all(point).front();
}

GpPosterior::Prediction GpPosterior::at(std::span<const double> point,
                                        std::span<double> mean_gradient,
                                        std::span<double> variance_gradient) const {
  const std::size_t n = data_.size();
  const auto rows = static_cast<Eigen::Index>(n);
  std::vector<double> values;
  std::vector<double> slopes(n);
  distances(point, values);
  matern(n, values.data(), slopes.data());
  const Vector covariance = kernel_.scale * ConstVectorMap(values.data(), rows);
  const ConstVectorMap alpha(alpha_.data(), rows);
  const Eigen::Map<const Matrix> factor(factor_.data(), rows, rows);
  const Vector white = factor.triangularView<Eigen::Lower>().solve(covariance);
  const Vector solved = factor.transpose().triangularView<Eigen::Upper>().solve(white);
  for (std::size_t axis = 0; axis < data_.axes(); ++axis) {
    mean_gradient[axis] = 0.0;
    variance_gradient[axis] = 0.0;
    if (data_.categorical[axis]) {
      continue;
    }
    const double* column = data_.columns[axis].data();
    const double factor_of_axis = 2.0 * kernel_.scale * kernel_.weights[axis];
    for (std::size_t i = 0; i < n; ++i) {
      // d k_i / d x_axis, by the chain rule through r^2.
      const double slope = slopes[i] * factor_of_axis * (point[axis] - column[i]);
      mean_gradient[axis] += slope * alpha_[i];
      variance_gradient[axis] -= 2.0 * slope * solved[static_cast<Eigen::Index>(i)];
    }
  }
  return {covariance.dot(alpha), std::max(0.0, kernel_.scale - white.squaredNorm())};
}

}  // namespace hpsearch::search
