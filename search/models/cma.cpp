#include "search/models/cma.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "nn/base/portable_math.h"

namespace hpsearch::search {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double kSigmaMax = 1e32;  // keeps a diverging strategy finite
constexpr double kTiny = 1e-8;      // guards divisions, and bounds D from below

double norm(std::span<const double> x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

}  // namespace

CmaConstants::CmaConstants(std::size_t dimensions, std::size_t population)
    : parents(population / 2), weights(population) {
  const auto n = static_cast<double>(dimensions);
  const double half = nn::portable_log((static_cast<double>(population) + 1.0) / 2.0);
  for (std::size_t i = 0; i < population; ++i) {
    // Raw weights: ln((lambda + 1) / 2) - ln i (eq. 49).
    weights[i] = half - nn::portable_log(static_cast<double>(i + 1));
  }
  // For both halves, the sums of weights and of squared weights, from which mu_eff and mu_eff^-
  // follow.
  double sum[2] = {};
  double squares[2] = {};
  for (std::size_t i = 0; i < population; ++i) {
    const std::size_t part = i < parents ? 0 : 1;
    sum[part] += weights[i];
    squares[part] += weights[i] * weights[i];
  }
  mu_eff = sum[0] * sum[0] / squares[0];
  const double mu_eff_minus = squares[1] > 0.0 ? sum[1] * sum[1] / squares[1] : 0.0;

  // Learning rates: eq. 57 and 58.
  c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff);
  c_mu = std::min(1.0 - c_1 - 1e-8,
                  2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) * (n + 2.0) + mu_eff));
  // Negative weights sum to -min(alpha_mu, alpha_mu_eff, alpha_posdef) (eq. 50 to 53), positive
  // ones to 1. The last bound keeps C positive definite.
  const double least = std::min({1.0 + c_1 / c_mu, 1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0),
                                 (1.0 - c_1 - c_mu) / (n * c_mu)});
  double positive = 0.0;
  double negative = 0.0;
  for (const double w : weights) {
    (w > 0.0 ? positive : negative) += std::abs(w);
  }
  for (double& w : weights) {
    w *= w > 0.0 ? 1.0 / positive : least / std::max(negative, kTiny);
  }
  weight_sum = std::accumulate(weights.begin(), weights.end(), 0.0);

  // Step-size control and cumulation: eq. 55 and 56.
  c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
  d_sigma = 1.0 + 2.0 * std::max(0.0, std::sqrt((mu_eff - 1.0) / (n + 1.0)) - 1.0) + c_sigma;
  c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);
  chi = std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
}

std::size_t cma_population(std::size_t dimensions) {
  return 4 + static_cast<std::size_t>(3.0 * nn::portable_log(static_cast<double>(dimensions)));
}

Cma::Cma(std::vector<double> mean, double sigma, std::size_t population)
    : n_(mean.size()),
      constants_(n_, population),
      mean_(std::move(mean)),
      sigma_(sigma),
      covariance_(n_ * n_),
      sigma_path_(n_),
      covariance_path_(n_) {
  assert(n_ > 0 && population >= 2);
  for (std::size_t i = 0; i < n_; ++i) {
    covariance_[i * n_ + i] = 1.0;
  }
  decompose();
}

Cma::Cma(std::vector<double> mean, std::vector<double> covariance, std::size_t population)
    : Cma(std::move(mean), 1.0, population) {
  assert(covariance.size() == n_ * n_);
  covariance_ = std::move(covariance);
  decompose();
  double sum = 0.0;  // of the log deviations along the principal axes
  for (const double length : lengths_) {
    sum += nn::portable_log(length);
  }
  sigma_ = nn::portable_exp(sum / static_cast<double>(n_));
  for (double& c : covariance_) {
    c /= sigma_ * sigma_;
  }
  decompose();
}

double Cma::deviation(std::size_t axis) const {
  return sigma_ * std::sqrt(covariance_[axis * n_ + axis]);
}

std::vector<double> Cma::at(std::span<const double> z) const {
  std::vector<double> point = mean_;
  for (std::size_t j = 0; j < n_; ++j) {
    const double along = sigma_ * lengths_[j] * z[j];
    for (std::size_t i = 0; i < n_; ++i) {
      point[i] += along * axes_[i * n_ + j];
    }
  }
  return point;
}

void Cma::tell(std::span<const Member> best_first) {
  assert(best_first.size() == population());
  const std::vector<Step> steps = steps_of(best_first);
  ++generation_;
  const std::vector<double> mean_step = recombine(steps);
  update_step_size(mean_step);
  update_covariance(steps, mean_step);
  decompose();
}

// C^(-1/2) x = B D^-1 B^T x, under which draws are standard normal.
std::vector<double> Cma::whitened(std::span<const double> x) const {
  std::vector<double> result(n_, 0.0);
  for (std::size_t j = 0; j < n_; ++j) {
    double along = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
      along += axes_[i * n_ + j] * x[i];
    }
    along /= lengths_[j];
    for (std::size_t i = 0; i < n_; ++i) {
      result[i] += along * axes_[i * n_ + j];
    }
  }
  return result;
}

// y_i = (x_i - m) / sigma. Steps of injected points are clipped to sqrt(n) + 2 n / (n + 2) in
// Mahalanobis distance, so that a single far one cannot blow up the update.
std::vector<Cma::Step> Cma::steps_of(std::span<const Member> best_first) const {
  const auto n = static_cast<double>(n_);
  std::vector<Step> steps;
  for (const Member& member : best_first) {
    std::vector<double> y(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      y[i] = (member.point[i] - mean_[i]) / sigma_;
    }
    double length = norm(whitened(y));
    const double limit = std::sqrt(n) + 2.0 * n / (n + 2.0);
    if (!member.own && length > limit) {
      for (double& value : y) {
        value *= limit / length;
      }
      length = limit;
    }
    steps.push_back({std::move(y), length});
  }
  return steps;
}

// Selection and recombination: y_w = sum of w_i y_i over the mu best.
std::vector<double> Cma::recombine(std::span<const Step> steps) const {
  std::vector<double> mean_step(n_, 0.0);
  for (std::size_t k = 0; k < constants_.parents; ++k) {
    for (std::size_t i = 0; i < n_; ++i) {
      mean_step[i] += constants_.weights[k] * steps[k].y[i];
    }
  }
  return mean_step;
}

// Moves the mean, then step-size control (cumulative step-size adaptation):
//   m += sigma y_w
//   p_sigma = (1 - c_sigma) p_sigma + sqrt(c_sigma (2 - c_sigma) mu_eff) C^(-1/2) y_w
//   sigma *= exp(c_sigma / d_sigma (|p_sigma| / E||N(0, I)|| - 1))
void Cma::update_step_size(std::span<const double> mean_step) {
  const std::vector<double> white_step = whitened(mean_step);
  const double c_s = constants_.c_sigma;
  for (std::size_t i = 0; i < n_; ++i) {
    mean_[i] += sigma_ * mean_step[i];
    sigma_path_[i] = (1.0 - c_s) * sigma_path_[i] +
                     std::sqrt(c_s * (2.0 - c_s) * constants_.mu_eff) * white_step[i];
  }
  sigma_ *= nn::portable_exp(c_s / constants_.d_sigma * (norm(sigma_path_) / constants_.chi - 1.0));
  sigma_ = std::min(sigma_, kSigmaMax);
}

// h_sigma: false while p_sigma is so long that sigma is still growing fast. The covariance path
// then stalls, or C would grow as well.
bool Cma::path_is_short() const {
  const auto n = static_cast<double>(n_);
  double fade = 1.0;  // (1 - c_sigma)^(2 (g + 1)), without a library's pow
  for (int g = 0; g < std::min(2 * (generation_ + 1), 4000); ++g) {
    fade *= 1.0 - constants_.c_sigma;
  }
  return norm(sigma_path_) / std::sqrt(1.0 - fade) < (1.4 + 2.0 / (n + 1.0)) * constants_.chi;
}

// Covariance matrix adaptation: the path p_c, the rank-one update by it, and the rank-mu update by
// all steps:
//   p_c = (1 - c_c) p_c + h_sigma sqrt(c_c (2 - c_c) mu_eff) y_w
//   C = (1 + c_1 delta(h_sigma) - c_1 - c_mu sum w_i) C + c_1 p_c p_c^T + c_mu sum w_i' y_i y_i^T
// where delta(h_sigma) = (1 - h_sigma) c_c (2 - c_c) makes up for the variance that a stalled path
// lacks. A negative weight is scaled by n / |C^(-1/2) y_i|^2, which keeps C positive definite.
void Cma::update_covariance(std::span<const Step> steps, std::span<const double> mean_step) {
  const auto n = static_cast<double>(n_);
  const double c_c = constants_.c_c;
  const bool steady = path_is_short();
  const double add = steady ? std::sqrt(c_c * (2.0 - c_c) * constants_.mu_eff) : 0.0;
  for (std::size_t i = 0; i < n_; ++i) {
    covariance_path_[i] = (1.0 - c_c) * covariance_path_[i] + add * mean_step[i];
  }
  const double lost = steady ? 0.0 : c_c * (2.0 - c_c);
  const double keep =
      1.0 + constants_.c_1 * lost - constants_.c_1 - constants_.c_mu * constants_.weight_sum;
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j < n_; ++j) {
      double rank_mu = 0.0;
      for (std::size_t k = 0; k < steps.size(); ++k) {
        const double w = constants_.weights[k];
        const double scale = w >= 0.0 ? 1.0 : n / (steps[k].length * steps[k].length + kTiny);
        rank_mu += w * scale * steps[k].y[i] * steps[k].y[j];
      }
      double& c = covariance_[i * n_ + j];
      c = keep * c + constants_.c_1 * covariance_path_[i] * covariance_path_[j] +
          constants_.c_mu * rank_mu;
    }
  }
}

void Cma::widen() {
  sigma_ *= nn::portable_exp(0.2 + constants_.c_sigma / constants_.d_sigma);
}

double Cma::condition() const {
  const auto [least, most] = std::minmax_element(lengths_.begin(), lengths_.end());
  return *most / *least * (*most / *least);
}

void Cma::decompose() {
  const auto n = static_cast<Eigen::Index>(n_);
  const Eigen::Map<Matrix> covariance(covariance_.data(), n, n);
  // Symmetrised, as rounding makes the two triangles differ.
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(0.5 * (covariance + covariance.transpose()));
  const Eigen::VectorXd values = solver.eigenvalues();
  axes_.resize(n_ * n_);
  Eigen::Map<Matrix>(axes_.data(), n, n) = solver.eigenvectors();
  lengths_.resize(n_);
  for (std::size_t i = 0; i < n_; ++i) {
    lengths_[i] = std::sqrt(std::max(values[static_cast<Eigen::Index>(i)], kTiny * kTiny));
  }
}

}  // namespace hpsearch::search
