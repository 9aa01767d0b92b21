// The arrays of a file: features some rows at a time, and targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "nn/files/npy.h"

namespace hpsearch::nn {

// An array of features, read some rows at a time, and the targets of its rows.
struct Arrays {
  std::filesystem::path path;
  std::vector<std::uint64_t> shape;
  bool is_bytes = false;
  std::function<NpyArray(std::uint64_t rows)> next;
  std::vector<double> y = {};  // (rows, y_columns), row-major; empty: none
  std::size_t y_columns = 0;

  std::size_t rows() const { return shape.empty() ? 1 : shape[0]; }
  std::size_t columns() const {
    std::size_t columns = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      columns *= shape[i];
    }
    return columns;
  }
};

// Opens an .npy or .npz file, an IDX file, or a folder of IDX files, told by their first bytes;
// nothing for another file. `targets`: those of an .npz file or a folder too, which must then be
// there. Throws DataError for what cannot be read.
std::optional<Arrays> open_arrays(const std::filesystem::path& path, bool targets);

}  // namespace hpsearch::nn
