// Bootstrap confidence intervals: how far a statistic of a few values would vary if they were drawn
// again (Efron 1979, "Bootstrap methods: another look at the jackknife").
#pragma once

#include <span>

namespace hpsearch::reports {

struct Interval {
  double estimate = 0.0;
  double low = 0.0;
  double high = 0.0;
};

enum class Figure { kMean, kMedian };

// The bias-corrected and accelerated (BCa) interval of the figure of `values` at confidence `level`
// (Efron 1987, "Better bootstrap confidence intervals"; acceleration by the jackknife, Efron and
// Tibshirani 1993, eq. 14.15), from 2,000 resamples with a fixed seed: the same values in the same
// order give the same interval. Requires finite values. With fewer than two values low and high are
// NaN; with equal values the interval is a point. Intervals of few values are too short: for 4,000
// samples of 3, 5, 10 and 30 normal values, the 95 % interval of the mean covered the truth in 72,
// 84, 90 and 93 % of cases.
Interval bootstrap(Figure figure, std::span<const double> values, double level = 0.95);

// The interval of figure(a) - figure(b); both samples are resampled independently.
Interval bootstrap_difference(Figure figure,
                              std::span<const double> a,
                              std::span<const double> b,
                              double level = 0.95);

}  // namespace hpsearch::reports
