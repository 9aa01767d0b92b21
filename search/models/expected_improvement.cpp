#include "search/models/expected_improvement.h"

#include <cmath>

#include "nn/base/portable_math.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

constexpr double kSqrtHalfPi = 1.25331413731550025121;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kLeastVariance = 1e-12;
constexpr double kFar = -1e4;  // below, the asymptotic series is exact in double precision

// log h(z) and its derivative, where h(z) = z Phi(z) + phi(z). The two terms cancel for z < -1, so
// each range of z has its own form.
struct LogH {
  double value;
  double slope;
};
LogH log_h(double z) {
  if (z > -1.0) {
    const double h = z * normal_cdf(z) + normal_pdf(z);
    return {nn::portable_log(h), normal_cdf(z) / h};
  }
  if (z < kFar) {  // h = phi / z^2 (1 - 3 / z^2 + ...)
    return {log_normal_pdf(z) - 2.0 * nn::portable_log(-z), -z};
  }
  const double mills = kSqrtHalfPi * scaled_erfc(-z * kSqrtHalf);  // Phi / phi
  const double rest = 1.0 + z * mills;
  return {log_normal_pdf(z) + nn::portable_log(rest), mills / rest};
}

}  // namespace

LogImprovement log_expected_improvement(double mean, double variance, double best) {
  const double sigma = std::sqrt(variance + kLeastVariance);
  const double z = (best - mean) / sigma;
  const LogH h = log_h(z);
  // EI = sigma h(z) with z = (best - mean) / sigma; the chain rule gives both derivatives.
  return {h.value + nn::portable_log(sigma), -h.slope / sigma,
          (1.0 - h.slope * z) / (2.0 * sigma * sigma)};
}

}  // namespace hpsearch::search
