// How far a figure of a few values would move if they were drawn again (Efron 1979).
#pragma once

#include <span>

namespace hpsearch::reports {

struct Interval {
  double estimate = 0.0;
  double low = 0.0;
  double high = 0.0;
};

enum class Figure { kMean, kMedian };

// The bias-corrected and accelerated interval (BCa: Efron 1987, "Better bootstrap confidence
// intervals"; the acceleration by the jackknife, Efron and Tibshirani 1993, eq. 14.15) of
// the figure of `values`, from 2,000 resamples with a fixed seed: the same values, in the same
// order, give the same interval. Values must be finite. Of fewer than two values, which say nothing
// of their spread, low and high are NaN; of equal ones the interval is a point. Of few values such
// intervals are too short: of 4,000 samples of 3, 5, 10 and 30 normal values those of the mean at
// 95 % held the truth in 72, 84, 90 and 93 %.
Interval bootstrap(Figure figure, std::span<const double> values, double level = 0.95);

// Of figure(a) - figure(b), each resampled by itself.
Interval bootstrap_difference(Figure figure,
                              std::span<const double> a,
                              std::span<const double> b,
                              double level = 0.95);

}  // namespace hpsearch::reports
