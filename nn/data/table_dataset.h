// A table as a data set whose columns are not yet features.
#pragma once

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// Sets everything but the features: targets (table_target.h); groups; the order, by numbers or
// dates of any form that read_date knows; files, notes and the table itself. column_reports has an
// entry for each column; those of features have no treatment yet. Throws DataError for what
// encode_targets refuses; for a missing value of group or order; for an order column that is
// neither numbers nor dates, or has one value; and for what `source` says about columns that do not
// exist.
Dataset dataset_of_table(Table table, const DatasetSource& source);

}  // namespace hpsearch::nn
