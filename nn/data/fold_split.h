// Folds: each row outside the test part judges one network and trains the others.
//
// Like a split, folds are part of what a sweep's results mean: never change which rows they take.
#pragma once

#include <vector>

#include "nn/data/split.h"

namespace hpsearch::nn {

inline constexpr int kFewestFolds = 2;
inline constexpr int kMostFolds = 50;

// The splits of `folds` folds, kFewestFolds to kMostFolds. All have the test part that split_rows()
// takes; the other rows, the source's own validation part among them, are divided into validation
// parts whose sizes differ by one row at most. With spec.stratify, as split_rows() understands it,
// those of each class differ by one row at most, too. With groups, whole groups go to a part, the
// largest first, each to the part that is smallest then; sizes differ accordingly.
//
// Throws DataError as split_rows(), if there are fewer rows, or groups, than folds, if a fold would
// train on one class only, or with an order: a fold would learn from rows later than those that
// judge it.
std::vector<Split> split_folds(const Dataset& dataset, const SplitSpec& spec, int folds);

}  // namespace hpsearch::nn
