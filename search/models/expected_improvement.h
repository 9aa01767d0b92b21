// The expected improvement of a trial, as a logarithm that does not underflow where it is tiny.
#pragma once

namespace hpsearch::search {

// log E[max(0, best - f)] for a normally distributed f with this mean and variance, and its partial
// derivatives (LogEI: Ament et al. 2023, "Unexpected improvements to expected improvement", eq. 9).
// Scores are minimised. Requires variance >= 0.
struct LogImprovement {
  double value;
  double by_mean;
  double by_variance;
};
LogImprovement log_expected_improvement(double mean, double variance, double best);

}  // namespace hpsearch::search
