// The target column of a table as classes or numbers, or several as numbers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// Whole numbers with at most this many different values are classes, unless a task is asked for.
inline constexpr std::size_t kMaximumNumberClasses = 20;

// Up to this many different whole numbers are classes too where they run from 0 or 1 without gaps
// and each has 1 % of the rows or kRowsOfAClass rows.
inline constexpr std::size_t kMaximumCountedClasses = 100;
inline constexpr std::size_t kRowsOfAClass = 20;

// More classes than this are refused: the column is more likely a name or a number of its row.
inline constexpr std::size_t kMaximumClasses = 1000;

// "target; 3 classes: a, b, c", of the classes in their order.
std::string classes_treatment(const std::vector<std::string>& names);

// Decides from the rows of the source's first file, not from those of its own validation and test
// files. Sets task, target_name, further_target_names, outputs, and either classes, class_names and
// labels, or targets of `dataset`; adds a note where the values decided between classes and
// numbers. Spellings with one level_key are one class; texts are sorted by that key, numbers by
// their value. Several targets are a regression whatever their numbers are. Returns what became
// of each of table.roles.targets().
//
// Throws DataError if a value is missing, if there are fewer than two classes (two different
// numbers) or more than kMaximumClasses, if every row has a text of its own, or if the task does
// not go with the values. Where nobody named the target, the message says that the last column was
// only a guess.
std::vector<std::string> encode_targets(const Table& table,
                                        const DatasetSource& source,
                                        Dataset& dataset);

}  // namespace hpsearch::nn
