// A table as a network sees it: each column of features as one number or several.
#pragma once

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// In the order of the file, each column but target, group and order becomes
//   numbers:            one feature, NaN where the value is missing, and where any is missing one
//                       more that is 1 there and 0 elsewhere;
//   texts, two levels:  one feature, 0 or 1 (1 is the second in the order of bytes), if no value is
//                       missing;
//   texts:              one feature for each level in the order of bytes, 1 where the row has it;
//   nothing, if it says nothing (one value everywhere, or none anywhere), or if its texts are more
//   than kMaximumLevels.
// Float denormals become 0, so that they are the same number on every thread. What became of each
// column is in column_reports. Throws DataError for what encode_targets refuses, for a missing
// value of group or order, for a number that no float holds, and if no feature is left.
Dataset encode_table(Table table, const DatasetSource& source);

}  // namespace hpsearch::nn
