// The beta distribution.
#pragma once

namespace hpsearch::search {

// Requires a > 0 and b > 0. `x` and `probability` are in [0, 1].
double beta_probability(double a, double b, double x);
double beta_quantile(double a, double b, double probability);

}  // namespace hpsearch::search
