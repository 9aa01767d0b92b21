#include "nn/batch_norm.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::nn {
namespace {

// Rows whose terms are added in float before they go to a sum in double: fast, and exact enough for
// a batch of any size.
constexpr std::size_t kBlock = 32;

// Column sums of term(row, column) over all rows.
template <class Term>
void column_sums(std::size_t rows, FloatBuffer& part, std::vector<double>& sums, Term term) {
  const std::size_t width = part.size();
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::size_t start = 0; start < rows; start += kBlock) {
    std::fill(part.begin(), part.end(), 0.0F);
    for (std::size_t row = start; row < std::min(rows, start + kBlock); ++row) {
      for (std::size_t j = 0; j < width; ++j) {
        part[j] += term(row, j);
      }
    }
    for (std::size_t j = 0; j < width; ++j) {
      sums[j] += static_cast<double>(part[j]);
    }
  }
}

}  // namespace

BatchNorm::BatchNorm(
    std::size_t width, std::size_t block, std::size_t used, double momentum, double epsilon)
    : gamma(width),
      beta(width),
      gamma_gradient(width),
      beta_gradient(width),
      running_mean(width),
      running_variance(width),
      width_(width),
      momentum_(momentum),
      epsilon_(epsilon),
      mean_(width),
      inverse_deviation_(width),
      factor_(width),
      part_(width),
      sums_(width) {
  for (std::size_t j = 0; j < width; ++j) {
    gamma[j] = running_variance[j] = j % block < used ? 1.0F : 0.0F;
  }
}

void BatchNorm::train(const float* x, std::size_t rows, float* y) {
  const double n = static_cast<double>(rows);
  column_sums(rows, part_, sums_,
              [&](std::size_t row, std::size_t j) { return x[row * width_ + j]; });
  for (std::size_t j = 0; j < width_; ++j) {
    mean_[j] = static_cast<float>(sums_[j] / n);
  }
  column_sums(rows, part_, sums_, [&](std::size_t row, std::size_t j) {
    const float difference = x[row * width_ + j] - mean_[j];
    return difference * difference;
  });
  for (std::size_t j = 0; j < width_; ++j) {
    const double variance = sums_[j] / n;
    inverse_deviation_[j] = static_cast<float>(1.0 / std::sqrt(variance + epsilon_));
    const auto move = [&](float& running, double batch) {
      running =
          static_cast<float>((1.0 - momentum_) * static_cast<double>(running) + momentum_ * batch);
    };
    move(running_mean[j], static_cast<double>(mean_[j]));
    move(running_variance[j], sums_[j] / (n - 1.0));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < width_; ++j) {
      const std::size_t i = row * width_ + j;
      y[i] = gamma[j] * ((x[i] - mean_[j]) * inverse_deviation_[j]) + beta[j];
    }
  }
}

void BatchNorm::evaluate(const float* x, std::size_t rows, float* y) {
  for (std::size_t j = 0; j < width_; ++j) {
    factor_[j] =
        gamma[j] *
        static_cast<float>(1.0 / std::sqrt(static_cast<double>(running_variance[j]) + epsilon_));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < width_; ++j) {
      const std::size_t i = row * width_ + j;
      y[i] = (x[i] - running_mean[j]) * factor_[j] + beta[j];
    }
  }
}

void BatchNorm::backward(const float* x, std::size_t rows, float* delta) {
  column_sums(rows, part_, sums_,
              [&](std::size_t row, std::size_t j) { return delta[row * width_ + j]; });
  std::copy(sums_.begin(), sums_.end(), beta_gradient.begin());
  column_sums(rows, part_, sums_, [&](std::size_t row, std::size_t j) {
    const std::size_t i = row * width_ + j;
    return delta[i] * ((x[i] - mean_[j]) * inverse_deviation_[j]);
  });
  std::copy(sums_.begin(), sums_.end(), gamma_gradient.begin());
  // dx = gamma / deviation (dy - mean(dy) - xhat mean(dy xhat)): mean and variance depend on x too.
  const float share = 1.0F / static_cast<float>(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < width_; ++j) {
      const std::size_t i = row * width_ + j;
      const float normal = (x[i] - mean_[j]) * inverse_deviation_[j];
      delta[i] = gamma[j] * inverse_deviation_[j] *
                 (delta[i] - share * beta_gradient[j] - normal * share * gamma_gradient[j]);
    }
  }
}

}  // namespace hpsearch::nn
