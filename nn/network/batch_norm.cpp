#include "nn/network/batch_norm.h"

#include <cmath>

#include "nn/kernels/column_sums.h"

namespace hpsearch::nn {
namespace {

// Algorithm 1, lines 3 and 4: xhat = (x - mean) / deviation, y = gamma xhat + beta. Restricted
// pointers let the compiler vectorise without checks for overlap.
void normalise_row(const float* __restrict x,
                   const float* __restrict mean,
                   const float* __restrict inverse_deviation,
                   const float* __restrict gamma,
                   const float* __restrict beta,
                   float* __restrict y,
                   std::size_t width) {
  for (std::size_t j = 0; j < width; ++j) {
    y[j] = gamma[j] * ((x[j] - mean[j]) * inverse_deviation[j]) + beta[j];
  }
}

// dx = gamma / deviation (dy - mean(dy) - xhat mean(dy xhat)): the two means appear because the
// batch's mean and variance depend on x as well. The gradients of gamma and beta are the sums of
// dy xhat and dy, so `share` = 1 / rows turns them into these means.
void backward_row(const float* __restrict x,
                  const float* __restrict mean,
                  const float* __restrict inverse_deviation,
                  const float* __restrict gamma,
                  const float* __restrict gamma_gradient,
                  const float* __restrict beta_gradient,
                  float share,
                  float* __restrict delta,
                  std::size_t width) {
  for (std::size_t j = 0; j < width; ++j) {
    const float normal = (x[j] - mean[j]) * inverse_deviation[j];
    delta[j] = gamma[j] * inverse_deviation[j] *
               (delta[j] - share * beta_gradient[j] - normal * share * gamma_gradient[j]);
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
      sums_(width) {
  for (std::size_t j = 0; j < width; ++j) {
    // gamma 0 keeps padding columns at 0 whatever their statistics are.
    gamma[j] = running_variance[j] = j % block < used ? 1.0F : 0.0F;
  }
}

void BatchNorm::train(const float* x, std::size_t rows, float* y) {
  const std::size_t width = width_;
  const double n = static_cast<double>(rows);
  float* mean = mean_.data();
  double* squares = sums_.data();
  // Algorithm 1, line 1: the mean. Line 2: the variance, in a second pass, because the difference
  // of the mean square and the squared mean would cancel in float.
  column_sums(
      rows, width, [=](std::size_t row, std::size_t j) { return x[row * width + j]; },
      [=](std::size_t j, double sum) { mean[j] = static_cast<float>(sum / n); });
  column_sums(
      rows, width,
      [=](std::size_t row, std::size_t j) {
        const float difference = x[row * width + j] - mean[j];
        return difference * difference;
      },
      [=](std::size_t j, double sum) { squares[j] = sum; });
  const auto move = [this](float& running, double batch) {
    running =
        static_cast<float>((1.0 - momentum_) * static_cast<double>(running) + momentum_ * batch);
  };
  for (std::size_t j = 0; j < width; ++j) {
    // Biased variance to normalise by, unbiased for the running estimate, as in PyTorch.
    inverse_deviation_[j] = static_cast<float>(1.0 / std::sqrt(squares[j] / n + epsilon_));
    move(running_mean[j], static_cast<double>(mean[j]));
    move(running_variance[j], squares[j] / (n - 1.0));
  }
  vectorised([=, inverse = inverse_deviation_.data(), g = gamma.data(), b = beta.data()] {
    for (std::size_t row = 0; row < rows; ++row) {
      normalise_row(x + row * width, mean, inverse, g, b, y + row * width, width);
    }
  });
}

void BatchNorm::evaluate(const float* x, std::size_t rows, float* y) {
  for (std::size_t j = 0; j < width_; ++j) {
    factor_[j] =
        static_cast<float>(1.0 / std::sqrt(static_cast<double>(running_variance[j]) + epsilon_));
  }
  vectorised([=, width = width_, mean = running_mean.data(), inverse = factor_.data(),
              g = gamma.data(), b = beta.data()] {
    for (std::size_t row = 0; row < rows; ++row) {
      normalise_row(x + row * width, mean, inverse, g, b, y + row * width, width);
    }
  });
}

void BatchNorm::backward(const float* x, std::size_t rows, float* delta) {
  const std::size_t width = width_;
  const float* mean = mean_.data();
  const float* inverse = inverse_deviation_.data();
  // dL/dbeta = sum over rows of dy.
  column_sums(
      rows, width, [=](std::size_t row, std::size_t j) { return delta[row * width + j]; },
      [gradient = beta_gradient.data()](std::size_t j, double sum) {
        gradient[j] = static_cast<float>(sum);
      });
  // dL/dgamma = sum over rows of dy xhat.
  column_sums(
      rows, width,
      [=](std::size_t row, std::size_t j) {
        const std::size_t i = row * width + j;
        return delta[i] * ((x[i] - mean[j]) * inverse[j]);
      },
      [gradient = gamma_gradient.data()](std::size_t j, double sum) {
        gradient[j] = static_cast<float>(sum);
      });
  const float share = 1.0F / static_cast<float>(rows);
  vectorised([=, g = gamma.data(), gg = gamma_gradient.data(), bg = beta_gradient.data()] {
    for (std::size_t row = 0; row < rows; ++row) {
      backward_row(x + row * width, mean, inverse, g, gg, bg, share, delta + row * width, width);
    }
  });
}

}  // namespace hpsearch::nn
