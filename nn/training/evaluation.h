// The quality of a network's predictions over a set of rows.
#pragma once

#include <limits>

namespace hpsearch::nn {

// The value of an undefined metric: AUC without two classes, accuracy of a regression.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Names and conventions are scikit-learn's. Nothing is weighted, and classes without rows do not
// count.
struct Evaluation {
  double loss = 0.0;      // mean per row, in training units
  double accuracy = 0.0;  // fraction of rows with the right class; undefined for regression

  // Classification only.
  double balanced_accuracy = kUndefined;  // mean recall over the classes that have rows
  double f1 = kUndefined;                 // macro F1: mean of 2 tp / (2 tp + fp + fn) over classes
                                          // that have rows or were predicted
  double auc = kUndefined;  // area under the ROC curve: the probability that a row of class 1
                            // scores higher than one of class 0, ties counted half; needs two
                            // classes that both have rows

  // Regression only, in the targets' own units; means over several targets.
  double rmse = kUndefined;  // square root of the mean squared error
  double mae = kUndefined;   // mean absolute error
  double r2 = kUndefined;    // 1 - squared error / squared deviation from the rows' mean; undefined
                             // if the rows of a target are all equal
};

}  // namespace hpsearch::nn
