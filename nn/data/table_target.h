// The target column of a table as classes or numbers, or several as numbers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// Whole numbers with at most so many different values are classes, unless a task is asked for.
inline constexpr std::size_t kMaximumNumberClasses = 20;

// More classes than this are refused: the column is more likely a name or a number of its row.
inline constexpr std::size_t kMaximumClasses = 1000;

// Sets task, target_name, and classes, class_names and labels or else targets of `dataset`; adds a
// note where numbers were taken for classes without having been asked to. Texts are sorted by
// their bytes, numbers by their value. Returns what became of the column. `subject`: the file, for
// messages. Throws DataError if a value is missing, if there are fewer than two classes (two
// different numbers) or more than kMaximumClasses, or if the task does not go with the values.
std::string encode_target(const TableColumn& column,
                          std::optional<Task> task,
                          const std::string& subject,
                          Dataset& dataset);

// Of one column as encode_target has it. Of several, which are a regression whatever their numbers
// are, sets task, target_name, further_target_names, outputs and targets. Returns what became of
// each. Throws DataError likewise, and if one of several holds texts or another task is asked for.
std::vector<std::string> encode_targets(std::span<const TableColumn* const> columns,
                                        std::optional<Task> task,
                                        const std::string& subject,
                                        Dataset& dataset);

}  // namespace hpsearch::nn
