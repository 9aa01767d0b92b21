// What a trial is expected to bring, as a logarithm that does not vanish where it is little.
#pragma once

namespace hpsearch::search {

// log E[max(0, best - f)] of f with this mean and variance, and its derivatives by both (Ament et
// al. 2023, "Unexpected improvements to expected improvement", eq. 9).
struct LogImprovement {
  double value;
  double by_mean;
  double by_variance;
};
LogImprovement log_expected_improvement(double mean, double variance, double best);

}  // namespace hpsearch::search
