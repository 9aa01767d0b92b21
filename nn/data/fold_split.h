// Folds: each row outside the test part judges one network and trains the others; of rows in order
// each network is trained on the rows before those that judge it.
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
// With an order, the rows outside the test part, sorted by it, are cut into one part more than
// folds: fold k trains on the first k + 1 of them and is judged by the next one (expanding
// windows). The first part judges none. Parts are as even as rows of one time allow, which stay
// together: each border lies at the end of a time nearest to where equal parts would have it, of
// two such places the later one, and leaves at least one time for each part behind it. Nothing is
// drawn.
//
// Throws DataError as split_rows(), if there are fewer rows, or groups, than folds, or not more
// times than folds, or if a fold would train on one class only.
std::vector<Split> split_folds(const Dataset& dataset, const SplitSpec& spec, int folds);

}  // namespace hpsearch::nn
