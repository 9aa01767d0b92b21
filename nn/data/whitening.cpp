#include "nn/data/whitening.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <stdexcept>

// The products are oneDNN's, on one thread; this must not start others.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Eigenvalues>

#include <fmt/format.h>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/data/gather.h"
#include "nn/files/data_error.h"
#include "nn/kernels/matmul.h"

namespace hpsearch::nn {
namespace {

// Sums of so many products are formed in float, all others in double.
constexpr std::size_t kBlockRows = 1024;

// Of the largest variance: what a sum in float may be off by. Less is a rounding, not a direction.
constexpr double kNoVariance = 1e-7;

using Matrix = Eigen::MatrixXd;

// sum over the rows x x' / n
Matrix covariance(const Dataset& dataset,
                  const ColumnScaling& scaling,
                  std::span<const std::uint32_t> train) {
  const std::size_t columns = dataset.columns;
  MatmulContext context;
  Matmul product(
      context,
      {.rows = columns, .inner = kBlockRows, .columns = columns, .a = Layout::kTransposed});
  FloatBuffer block(kBlockRows * columns);
  FloatBuffer products(columns * columns);
  const auto side = static_cast<Eigen::Index>(columns);
  Matrix sum = Matrix::Zero(side, side);
  for (std::size_t first = 0; first < train.size(); first += kBlockRows) {
    const auto rows = train.subspan(first, std::min(kBlockRows, train.size() - first));
    gather_rows(dataset, scaling, rows, block.data(), columns);
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(rows.size() * columns), block.end(),
              0.0F);
    product.run(block.data(), block.data(), nullptr, products.data());
    // Symmetric: its rows are as good as its columns.
    sum += Eigen::Map<const Eigen::MatrixXf>(products.data(), side, side).cast<double>();
  }
  return sum / static_cast<double>(train.size());
}

}  // namespace

PrincipalAxes principal_axes(const Dataset& dataset,
                             const ColumnScaling& scaling,
                             std::span<const std::uint32_t> train) {
  assert(!train.empty());
  const std::size_t columns = dataset.columns;
  if (columns > kMaximumWhitenedColumns) {
    throw DataError(fmt::format("data set '{}'", dataset.name),
                    fmt::format("pca_whiten of {} features, but it takes {} at most", columns,
                                kMaximumWhitenedColumns),
                    "write `preprocess: standardize`");
  }
  const ComputeThread guard;
  // Reads the lower triangle alone, so that roundings above it do not matter.
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(covariance(dataset, scaling, train));
  if (solver.info() != Eigen::Success) {
    throw std::runtime_error(
        fmt::format("data set '{}': its principal axes were not found", dataset.name));
  }
  PrincipalAxes result;
  for (auto k = static_cast<Eigen::Index>(columns) - 1; k >= 0; --k) {
    result.variances.push_back(std::max(solver.eigenvalues()[k], 0.0));
    const auto axis = solver.eigenvectors().col(k);
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    const double sign = axis[largest] < 0.0 ? -1.0 : 1.0;
    for (const double entry : axis) {
      result.axes.push_back(sign * entry);
    }
  }
  return result;
}

std::vector<float> whitening_matrix(const PrincipalAxes& axes, double epsilon) {
  const std::size_t columns = axes.variances.size();
  assert(epsilon > 0.0 && axes.axes.size() == columns * columns);
  std::vector<float> matrix(columns * columns);
  for (std::size_t k = 0; k < columns; ++k) {
    const double variance = axes.variances[k];
    const double factor =
        variance > kNoVariance * axes.variances[0] ? 1.0 / std::sqrt(variance + epsilon) : 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      matrix[k * columns + c] = static_cast<float>(axes.axes[k * columns + c] * factor);
    }
  }
  return matrix;
}

struct Whitener::Impl {
  Impl(std::span<const float> matrix, std::size_t count)
      : columns(count),
        weights(matrix.begin(), matrix.end()),
        product(
            context,
            {.rows = kBlockRows, .inner = columns, .columns = columns, .b = Layout::kTransposed}),
        block(kBlockRows * columns),
        turned(kBlockRows * columns) {}

  std::size_t columns;
  FloatBuffer weights;
  MatmulContext context;
  Matmul product;
  FloatBuffer block;
  FloatBuffer turned;
};

Whitener::Whitener(std::span<const float> matrix, std::size_t columns) {
  assert(matrix.size() == columns * columns);
  const ComputeThread guard;
  impl_ = std::make_unique<Impl>(matrix, columns);
}

Whitener::~Whitener() = default;

std::vector<float> Whitener::run(const Dataset& dataset, const ColumnScaling& scaling) {
  const ComputeThread guard;
  Impl& w = *impl_;
  std::vector<float> result(dataset.rows * w.columns);
  std::vector<std::uint32_t> rows(kBlockRows);
  for (std::size_t first = 0; first < dataset.rows; first += kBlockRows) {
    rows.resize(std::min(kBlockRows, dataset.rows - first));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
    gather_rows(dataset, scaling, rows, w.block.data(), w.columns);
    w.product.run(w.block.data(), w.weights.data(), nullptr, w.turned.data());
    std::copy_n(w.turned.begin(), rows.size() * w.columns,
                result.begin() + static_cast<std::ptrdiff_t>(first * w.columns));
  }
  return result;
}

Dataset whiten(const Dataset& dataset,
               const ColumnScaling& scaling,
               const PrincipalAxes& axes,
               double epsilon) {
  return whiten(dataset, scaling, whitening_matrix(axes, epsilon));
}

Dataset whiten(const Dataset& dataset,
               const ColumnScaling& scaling,
               std::span<const float> matrix) {
  Dataset result = dataset;
  result.features = {};
  result.image = {};
  result.real_features = Whitener(matrix, dataset.columns).run(dataset, scaling);
  return result;
}

}  // namespace hpsearch::nn
