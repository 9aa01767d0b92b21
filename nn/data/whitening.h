// Whitening: features turned onto the principal axes of the training part, where they do not
// correlate, and brought to nearly the same variance.
//
// With the training rows x of mean 0 and their covariance C = sum x x' / n = U diag(l) U':
//
//     z = diag(1 / sqrt(l + epsilon)) U' x,   whose covariance is diag(l / (l + epsilon)),
//
// so that directions of a variance far below epsilon, which are mostly noise, stay small
// (Krizhevsky 2009, appendix A). One with less than 1e-7 of the largest variance is a rounding of
// the numbers and becomes 0, however small epsilon is: constant columns, columns that follow from
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/data/preprocess.h"

namespace hpsearch::nn {

inline constexpr double kDefaultWhitenEpsilon = 1e-2;

// More columns are refused: their axes alone would take minutes, and their number squared memory.
inline constexpr std::size_t kMaximumWhitenedColumns = 4096;

// Shapes: variances (columns), descending and none below 0; axes (columns, columns), of which row k
// is the unit vector of variances[k], with its entry of largest magnitude (the first of equals)
// above 0. The same on one kind of CPU.
struct PrincipalAxes {
  std::vector<double> variances;
  std::vector<double> axes;
};

// Of the scaled rows `train`, whose columns should have mean 0. Requires at least one row. Throws
// DataError if there are more than kMaximumWhitenedColumns columns.
PrincipalAxes principal_axes(const Dataset& dataset,
                             const ColumnScaling& scaling,
                             std::span<const std::uint32_t> train);

// Row k maps scaled features x to z_k. Shape: (columns, columns), row-major. Requires epsilon > 0.
std::vector<float> whitening_matrix(const PrincipalAxes& axes, double epsilon);

// Takes rows to z. Not thread-safe.
class Whitener {
 public:
  // `matrix`: of whitening_matrix().
  Whitener(std::span<const float> matrix, std::size_t columns);
  ~Whitener();
  Whitener(const Whitener&) = delete;
  Whitener& operator=(const Whitener&) = delete;

  // Of all rows, scaled first. A row gives the same bits whatever rows stand beside it. Shape:
  // (rows, columns), row-major.
  std::vector<float> run(const Dataset& dataset, const ColumnScaling& scaling);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The data set with z in place of its features, in the order of the axes; it is one of numbers
// without images. Requires epsilon > 0 and axes of as many columns.
Dataset whiten(const Dataset& dataset,
               const ColumnScaling& scaling,
               const PrincipalAxes& axes,
               double epsilon);
Dataset whiten(const Dataset& dataset, const ColumnScaling& scaling, std::span<const float> matrix);

}  // namespace hpsearch::nn
