// The standard normal distribution.
#pragma once

namespace hpsearch::reports {

// P(Z <= z); in both tails to full relative precision.
double normal_below(double z);

// P(a < Z <= b), without cancellation in the upper tail. Requires a <= b.
double normal_between(double a, double b);

// The z with P(Z <= z) = share; +-infinity at 1 and 0.
double normal_quantile(double share);

}  // namespace hpsearch::reports
