// The standard normal distribution, bit-identical on every machine: built on nn's portable exp and
// log, never on libm.
#pragma once

namespace hpsearch::search {

// The scaled complementary error function e^(x^2) erfc(x), free of under- and overflow for x >= 0.
// Cody 1969, "Rational Chebyshev approximations for the error function"; relative error below
// 1e-15.
double scaled_erfc(double x);

// P(Z <= x), and its logarithm, which stays finite down to x = -1e150.
double normal_cdf(double x);
double log_normal_cdf(double x);

// The density at x, and its logarithm.
double normal_pdf(double x);
double log_normal_pdf(double x);

// The x with P(Z <= x) = p; -infinity at 0 and below, +infinity at 1 and above. Wichura 1988,
// algorithm AS 241 (PPND16); relative error about 1e-16.
double normal_quantile(double p);

// P(a <= Z <= b), and its logarithm, without cancellation in either tail. Requires a <= b.
double normal_mass(double a, double b);
double log_normal_mass(double a, double b);

// The q-quantile of the standard normal distribution truncated to [a, b]. Returns the bound nearer
// to the mean if that lies beyond 37 standard deviations. Requires 0 <= q <= 1 and a < b.
double truncated_normal_quantile(double q, double a, double b);

}  // namespace hpsearch::search
