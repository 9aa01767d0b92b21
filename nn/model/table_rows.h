// Rows of a table for a model.
#pragma once

#include <memory>

#include "nn/data/table_stream.h"
#include "nn/model/row_source.h"

namespace hpsearch::nn {

// Rows of `source`, of which the columns are chosen here; arrays come through a TableSource too.
// `model` must outlive the result. Throws as open_rows().
std::unique_ptr<RowSource> rows_of_table(std::unique_ptr<TableSource> source,
                                         const TrainedModel& model,
                                         const RowWishes& wishes);

// The columns of the table that the model was trained on, targets included, in their order; their
// numbers where it was no table.
std::vector<std::string> trained_columns(const TrainedModel& model);

}  // namespace hpsearch::nn
