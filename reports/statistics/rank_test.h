// Mann-Whitney U test: are the values of one group larger than those of another?
#pragma once

#include <span>

namespace hpsearch::reports {

struct RankTest {
  double u = 0.0;            // pairs in which the value of `a` is larger; ties count half
  double p = 1.0;            // two-sided; 1 where a group is empty
  bool exact = false;        // p is exact, not by the normal approximation
  double superiority = 0.5;  // u / (size of a * size of b): P(a > b) + P(a = b) / 2
};

// Mann and Whitney 1947, "On a test of whether one of two random variables is stochastically larger
// than the other". Without ties and for up to 2,500 pairs, p is exact, from the distribution of U
// by their recurrence. Otherwise it uses the normal approximation with corrections for ties
// (Lehmann 1975, "Nonparametrics", chapter 1) and continuity. Values may be infinite but not NaN.
RankTest mann_whitney(std::span<const double> a, std::span<const double> b);

}  // namespace hpsearch::reports
