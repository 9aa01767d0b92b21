#include "search/models/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

namespace hpsearch::search {
namespace {

constexpr std::size_t kPairs = 8;  // m: curvature pairs kept
constexpr int kMaxHalvings = 20;
constexpr double kArmijo = 1e-4;  // c1 of the sufficient decrease condition

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// s_k = x_(k+1) - x_k and y_k = g_(k+1) - g_k.
struct Pair {
  Vector step;
  Vector change;  // of the gradient
};

// -H g by the two-loop recursion, H being the inverse Hessian that the pairs approximate.
Vector direction(const std::deque<Pair>& pairs, Vector q) {
  std::vector<double> along(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    along[i] = dot(pairs[i].step, q) / dot(pairs[i].step, pairs[i].change);
    for (std::size_t j = 0; j < q.size(); ++j) {
      q[j] -= along[i] * pairs[i].change[j];
    }
  }
  if (!pairs.empty()) {
    // H_0 = s^T y / y^T y (their eq. 7.20).
    const Pair& last = pairs.back();
    const double scale = dot(last.step, last.change) / dot(last.change, last.change);
    for (double& value : q) {
      value *= scale;
    }
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double beta = dot(pairs[i].change, q) / dot(pairs[i].step, pairs[i].change);
    for (std::size_t j = 0; j < q.size(); ++j) {
      q[j] += (along[i] - beta) * pairs[i].step[j];
    }
  }
  for (double& value : q) {
    value = -value;
  }
  return q;
}

}  // namespace

double minimise_within(const SmoothFunction& function,
                       std::span<const Bounds> bounds,
                       int iterations,
                       double tolerance,
                       std::vector<double>& x) {
  const std::size_t n = x.size();
  Vector gradient(n);
  double value = function(x, gradient);
  std::deque<Pair> pairs;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    // A coordinate is held if it is at a bound and descent would push it further out.
    Vector free_gradient = gradient;
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const bool held = (x[i] <= bounds[i].low && gradient[i] > 0.0) ||
                        (x[i] >= bounds[i].high && gradient[i] < 0.0);
      free_gradient[i] = held ? 0.0 : gradient[i];
      largest = std::max(largest, std::abs(free_gradient[i]));
    }
    if (!(largest > tolerance) || !std::isfinite(value)) {
      break;
    }
    Vector step = direction(pairs, free_gradient);
    for (std::size_t i = 0; i < n; ++i) {
      step[i] = free_gradient[i] == 0.0 ? 0.0 : step[i];
    }
    // Not a descent direction, which can happen when other coordinates are held than before: drop
    // the pairs and use steepest descent.
    if (dot(step, free_gradient) >= 0.0) {
      pairs.clear();
      std::transform(free_gradient.begin(), free_gradient.end(), step.begin(), std::negate<>());
    }
    if (pairs.empty()) {  // no curvature known yet: move at most a tenth of any range
      double longest = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        longest = std::max(longest, std::abs(step[i]) / (bounds[i].high - bounds[i].low));
      }
      const double shorter = std::min(1.0, 0.1 / longest);
      for (double& s : step) {
        s *= shorter;
      }
    }
    bool moved = false;
    double length = 1.0;
    for (int halving = 0; halving < kMaxHalvings && !moved; ++halving, length *= 0.5) {
      Vector trial(n);
      Vector actual(n);
      for (std::size_t i = 0; i < n; ++i) {
        trial[i] = std::clamp(x[i] + length * step[i], bounds[i].low, bounds[i].high);
        actual[i] = trial[i] - x[i];
      }
      Vector trial_gradient(n);
      const double trial_value = function(trial, trial_gradient);
      if (std::isfinite(trial_value) &&
          trial_value <= value + kArmijo * dot(free_gradient, actual) && trial_value < value) {
        Pair pair{actual, trial_gradient};
        for (std::size_t i = 0; i < n; ++i) {
          pair.change[i] -= gradient[i];
        }
        // Keep only pairs with positive curvature, or H would lose definiteness.
        if (dot(pair.step, pair.change) > 1e-12 * dot(pair.change, pair.change)) {
          pairs.push_back(std::move(pair));
          if (pairs.size() > kPairs) {
            pairs.pop_front();
          }
        }
        x = std::move(trial);
        gradient = std::move(trial_gradient);
        value = trial_value;
        moved = true;
      }
    }
    if (!moved) {
      break;
    }
  }
  return value;
}

}  // namespace hpsearch::search
