// Rows of arrays for a model: .npy, .npz, IDX files and folders of them.
#pragma once

#include <filesystem>
#include <memory>

#include "nn/model/row_source.h"

namespace hpsearch::nn {

// Null where the file is no such array; it may be a table of text then. `model` must outlive the
// result. Throws as open_rows().
std::unique_ptr<RowSource> rows_of_arrays(const std::filesystem::path& path,
                                          const TrainedModel& model,
                                          const RowWishes& wishes);

}  // namespace hpsearch::nn
