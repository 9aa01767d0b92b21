// The standard normal distribution, in bits that are the same on every machine.
#pragma once

namespace hpsearch::search {

// e^(x^2) erfc(x), for x >= 0 without under- or overflow (Cody 1969, "Rational Chebyshev
// approximations for the error function"; relative error below 1e-15).
double scaled_erfc(double x);

// The probability below x, and its logarithm, which is finite down to x = -1e150.
double normal_cdf(double x);
double log_normal_cdf(double x);

// The density at x, and its logarithm.
double normal_pdf(double x);
double log_normal_pdf(double x);

// The x below which the probability is p (Wichura 1988, algorithm AS 241, PPND16; relative error
// about 1e-16). Infinite at 0 and 1.
double normal_quantile(double p);

// The probability of [a, b], and its logarithm: exact in both tails. Requires a <= b.
double normal_mass(double a, double b);
double log_normal_mass(double a, double b);

// The quantile of the normal distribution cut to [a, b]; its nearer end where that lies beyond 37
// deviations. Requires 0 <= q <= 1 and a < b.
double truncated_normal_quantile(double q, double a, double b);

}  // namespace hpsearch::search
