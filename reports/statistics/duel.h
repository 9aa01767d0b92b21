// How probable it is that one mean is larger than another, from a few values of each.
//
// The values count as draws from a normal distribution whose mean and variance are not known. With
// the usual prior, which is flat in the mean and in the logarithm of the variance, the mean has
// Student's t distribution around that of the values (Gelman et al. 2013, "Bayesian Data Analysis",
// chapter 3.2). So the probability is one minus the one-sided p of the t test, exactly and without
// a random number.
#pragma once

#include <span>

namespace hpsearch::reports {

// Of Student's t distribution with so many degrees of freedom, above 0: P(T <= t).
double student_probability(double t, double freedom);

struct MeanDifference {
  double mean = 0.0;
  double standard_error = 0.0;  // scale of the t distribution
  double probability = 0.5;     // that it is above 0
};

// Of paired values, from their differences, at least two. `correlation` is that of two differences:
// 0 where each has data of its own; 1/K for K folds, which share rows to train on (Corani and
// Benavoli 2015, "A Bayesian approach for comparing cross-validated algorithms", whose t has K - 1
// degrees of freedom). Differences that are all equal leave no doubt: the probability is 0, 0.5 or
// 1.
MeanDifference paired_difference(std::span<const double> differences, double correlation = 0.0);

// Of mean(a) - mean(b), at least two values each, with Welch's degrees of freedom (Welch 1947),
// which approximate the difference of two such t distributions.
MeanDifference unpaired_difference(std::span<const double> a, std::span<const double> b);

}  // namespace hpsearch::reports
