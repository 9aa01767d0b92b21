#include "search/space/normal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "nn/base/portable_math.h"

namespace hpsearch::search {
namespace {

using nn::portable_exp;
using nn::portable_log;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kInverseSqrtPi = 0.56418958354775628695;
constexpr double kInverseSqrt2 = 0.70710678118654752440;
constexpr double kInverseSqrt2Pi = 0.39894228040143267794;
constexpr double kLogSqrt2Pi = 0.91893853320467274178;

// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
double polynomial(std::span<const double> c, double x) {
  double sum = 0.0;
  for (std::size_t i = c.size(); i-- > 0;) {
    sum = sum * x + c[i];
  }
  return sum;
}

// Cody's three rational approximations: erf on [0, 0.46875], and e^(x^2) erfc(x) on [0.46875, 4]
// and above 4.
double erf_near_zero(double x) {
  constexpr double p[] = {3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02,
                          3.16112374387056560e00, 1.85777706184603153e-1};
  constexpr double q[] = {2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02,
                          2.36012909523441209e01, 1.0};
  return x * polynomial(p, x * x) / polynomial(q, x * x);
}
double scaled_erfc_middle(double x) {
  constexpr double p[] = {1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03,
                          8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
                          8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8};
  constexpr double q[] = {1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03,
                          3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
                          1.17693950891312499e02, 1.57449261107098347e01, 1.0};
  return polynomial(p, x) / polynomial(q, x);
}
double scaled_erfc_far(double x) {
  constexpr double p[] = {6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1,
                          3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2};
  constexpr double q[] = {2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
                          1.87295284992346725e00, 2.56852019228982242e00, 1.0};
  const double z = 1.0 / (x * x);
  return (kInverseSqrtPi - z * polynomial(p, z) / polynomial(q, z)) / x;
}

// e^(-x^2). x is split into a multiple of 1/16, whose square is exact, and a remainder: the
// rounding error of x * x alone would be amplified by the exponential for large x. Beyond 27.3 the
// result underflows.
double exp_minus_square(double x) {
  if (x > 27.3) {
    return 0.0;
  }
  const double high = std::floor(x * 16.0) / 16.0;
  return portable_exp(-high * high) * portable_exp(-(x - high) * (x + high));
}

// Requires x >= 0.
double erfc(double x) {
  return x <= 0.46875 ? 1.0 - erf_near_zero(x) : exp_minus_square(x) * scaled_erfc(x);
}

// log(1 - x) for x in [0, 1), accurate for small x too.
double log1m(double x) {
  if (x > 0.01) {
    return portable_log(1.0 - x);
  }
  // The series -(x + x^2/2 + x^3/3 + ...): eight terms reach double precision below 0.01.
  double sum = 0.0;
  for (int k = 8; k >= 1; --k) {
    sum = sum * x + 1.0 / k;
  }
  return -x * sum;
}

}  // namespace

double scaled_erfc(double x) {
  if (x <= 0.46875) {
    return portable_exp(x * x) * (1.0 - erf_near_zero(x));
  }
  return x <= 4.0 ? scaled_erfc_middle(x) : scaled_erfc_far(x);
}

double normal_cdf(double x) {
  const double t = std::abs(x) * kInverseSqrt2;
  const double tail = 0.5 * erfc(t);
  return x <= 0.0 ? tail : 1.0 - tail;
}

double log_normal_cdf(double x) {
  if (x > 0.0) {
    return log1m(normal_cdf(-x));
  }
  const double t = -x * kInverseSqrt2;
  return -t * t + portable_log(0.5 * scaled_erfc(t));
}

double normal_pdf(double x) {
  return kInverseSqrt2Pi * portable_exp(-0.5 * x * x);
}

double log_normal_pdf(double x) {
  return -0.5 * x * x - kLogSqrt2Pi;
}

double normal_quantile(double p) {
  if (!(p > 0.0)) {
    return -kInfinity;
  }
  if (p >= 1.0) {
    return kInfinity;
  }
  const double q = p - 0.5;
  // AS 241 uses three rational functions: one for the centre, two in r = sqrt(-log(tail)).
  if (std::abs(q) <= 0.425) {
    constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                            1.9715909503065514427e3, 1.3731693765509461125e4,
                            4.5921953931549871457e4, 6.7265770927008700853e4,
                            3.3430575583588128105e4, 2.5090809287301226727e3};
    constexpr double b[] = {1.0,
                            4.2313330701600911252e1,
                            6.8718700749205790830e2,
                            5.3941960214247511077e3,
                            2.1213794301586595867e4,
                            3.9307895800092710610e4,
                            2.8729085735721942674e4,
                            5.2264952788528545610e3};
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = std::sqrt(-portable_log(q < 0.0 ? p : 1.0 - p));
  double x = 0.0;
  if (r <= 5.0) {
    constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                            5.76949722146069140550e0,  3.64784832476320460504e0,
                            1.27045825245236838258e0,  2.41780725177450611770e-1,
                            2.27238449892691845833e-2, 7.74545014278341407640e-4};
    constexpr double d[] = {1.0,
                            2.05319162663775882187e0,
                            1.67638483018380384940e0,
                            6.89767334985100004550e-1,
                            1.48103976427480074590e-1,
                            1.51986665636164571966e-2,
                            5.47593808499534494600e-4,
                            1.05075007164441684324e-9};
    x = polynomial(c, r - 1.6) / polynomial(d, r - 1.6);
  } else {
    constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                            1.78482653991729133580e0,  2.96560571828504891230e-1,
                            2.65321895265761230930e-2, 1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr double f[] = {1.0,
                            5.99832206555887937690e-1,
                            1.36929880922735805310e-1,
                            1.48753612908506148525e-2,
                            7.86869131145613259100e-4,
                            1.84631831751005468180e-5,
                            1.42151175831644588870e-7,
                            2.04426310338993978564e-15};
    x = polynomial(e, r - 5.0) / polynomial(f, r - 5.0);
  }
  return q < 0.0 ? -x : x;
}

double normal_mass(double a, double b) {
  if (a > 0.0) {  // mirrored into the lower tail, where no digits are lost
    return normal_mass(-b, -a);
  }
  if (b <= 0.0) {
    return normal_cdf(b) - normal_cdf(a);
  }
  if (b - a < 1.0) {  // near the centre: the sum of the two parts on either side of 0
    const double left = -a * kInverseSqrt2;
    const double right = b * kInverseSqrt2;
    const auto half_erf = [](double t) {
      return 0.5 * (t <= 0.46875 ? erf_near_zero(t) : 1.0 - erfc(t));
    };
    return half_erf(left) + half_erf(right);
  }
  return 1.0 - normal_cdf(a) - normal_cdf(-b);
}

double log_normal_mass(double a, double b) {
  if (a > 0.0) {
    return log_normal_mass(-b, -a);
  }
  if (b <= 0.0) {
    const double log_b = log_normal_cdf(b);
    return log_b + log1m(std::min(1.0, portable_exp(log_normal_cdf(a) - log_b)));
  }
  // Whichever of the mass and its complement is small determines the precision.
  const double outside = normal_cdf(a) + normal_cdf(-b);
  return outside < 0.5 ? log1m(outside) : portable_log(normal_mass(a, b));
}

double truncated_normal_quantile(double q, double a, double b) {
  if (a > 0.0) {
    return -truncated_normal_quantile(1.0 - q, -b, -a);
  }
  const double below = normal_cdf(a);
  const double above = normal_cdf(-b);
  const double mass = b - a < 1.0 || b <= 0.0 ? normal_mass(a, b) : 1.0 - below - above;
  const double p = below + q * mass;
  // Above the centre, work from the upper tail, where fewer digits cancel.
  const double x = p <= 0.5 ? normal_quantile(p) : -normal_quantile(above + (1.0 - q) * mass);
  return std::clamp(x, a, b);
}

}  // namespace hpsearch::search
