// What a network's predictions over a set of rows are worth.
#pragma once

#include <limits>

namespace hpsearch::nn {

// The value of what is not there: no AUC without two classes, no accuracy of numbers.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Classes that a part has no rows of count for nothing; nothing is weighted. Names and conventions
// are scikit-learn's.
struct Evaluation {
  double loss = 0.0;      // mean per row, in training units
  double accuracy = 0.0;  // share of the rows whose class was predicted; undefined for regression

  // Of classes.
  double balanced_accuracy = kUndefined;  // mean over the classes of the share that was recognised
  double f1 = kUndefined;                 // mean of 2 tp / (2 tp + fp + fn) over the classes that
                                          // are there or were predicted
  double auc = kUndefined;  // how likely a row of class 1 has a higher output than one of class 0,
                            // ties counted half; of two classes, both of them there

  // Of regression, in the targets' own units. Means over the rows, and over the targets where they
  // are several.
  double rmse = kUndefined;  // square root of the mean squared error; of several targets the mean
  double mae = kUndefined;   // mean absolute error
  double r2 = kUndefined;    // 1 - squared error / that of the rows' mean, of several targets the
                             // mean of these (uniform_average); undefined where the rows of one
                             // target are all equal
};

}  // namespace hpsearch::nn
