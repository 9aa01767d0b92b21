// The data sets that a sweep file may name instead of a path, and where they lie on a machine.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

namespace hpsearch::nn {

struct BuiltinDataset {
  std::string_view name;     // in `dataset.source`, and of its folder
  std::string_view summary;  // one line
  std::string_view package;  // the Debian package that brings it; empty: it comes with hpsearch
};

inline constexpr std::array kBuiltinDatasets{
    BuiltinDataset{"digits", "1,797 handwritten digits of 8 x 8 pixels, 10 classes", ""},
    BuiltinDataset{"fashion-mnist",
                   "60,000 + 10,000 pieces of clothing of 28 x 28 pixels, 10 classes",
                   "dataset-fashion-mnist"},
};

// Absent: no built-in has this name.
std::optional<BuiltinDataset> find_builtin(std::string_view name);

// The first that exists of
//   <folder>/NAME for each <folder> of the environment variable HPSEARCH_DATA (colon-separated),
//   configs/data/NAME of the source tree that this program was built from,
//   ../share/hpsearch/data/NAME beside the program,
//   /usr/share/datasets/NAME.
// Throws DataError, with the command that installs it, if none does.
std::filesystem::path builtin_folder(const BuiltinDataset& dataset);

}  // namespace hpsearch::nn
