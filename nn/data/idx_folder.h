// A data set as a folder of IDX files, as MNIST comes.
#pragma once

#include <filesystem>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// The folder holds train-images-idx3-ubyte and train-labels-idx1-ubyte, with or without
// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (the source's own test part), or else
// images-idx3-ubyte and labels-idx1-ubyte; each plain, or with .gz at the end of its name (the
// plain one wins). Uses no thread but the caller's. Throws DataError if it does not,
// if a file cannot be read (read_idx), if the files do not fit together, if they hold no rows or
// fewer than two classes, or if `source` asks for what goes with tables only.
Dataset load_idx_folder(const DatasetSource& source, const std::filesystem::path& folder);

}  // namespace hpsearch::nn
