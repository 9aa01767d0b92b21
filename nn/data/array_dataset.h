// Data sets as arrays of NumPy.
#pragma once

#include <filesystem>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// One .npy file, plain or gzip: an array of two sizes, read as a table without names whose columns
// are called by their numbers.
Dataset load_npy(const DatasetSource& source, const std::filesystem::path& path);

// A .npz file that holds one of these pairs of arrays, looked for in this order:
//   x_train and y_train, with or without x_test and y_test, the own test part (X_train also);
//   X and y, x and y, features and target, data and target, images and labels.
// Rows are the first index; the others are one after another the columns. The target has one value
// a row, or a row of numbers, which are a regression with so many targets. Unsigned bytes stay
// bytes, and are images where a row has two sizes; other numbers are read as a table.
//
// Both throw DataError if a file is damaged (read_npy, ZipArchive), if the arrays are not there or
// do not fit together, for an infinite value, for what dataset_of_table refuses, and if `source`
// asks for what does not go with them.
Dataset load_npz(const DatasetSource& source, const std::filesystem::path& path);

}  // namespace hpsearch::nn
