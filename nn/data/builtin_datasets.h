// The data sets that a sweep file may name instead of a path, and where they come from: files on
// this machine, or a computation.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "nn/data/dataset.h"
#include "nn/data/synthetic.h"

namespace hpsearch::nn {

struct BuiltinDataset {
  std::string_view name;          // in `dataset.source`, and of its folder
  std::string_view summary = {};  // one line
  std::string_view package =
      {};                       // the Debian package that brings it; empty: it comes with hpsearch
  Dataset (*make)() = nullptr;  // computes it; null: it is read from files
};

inline constexpr std::array kBuiltinDatasets{
    BuiltinDataset{"digits", "1,797 handwritten digits of 8 x 8 pixels, 10 classes", ""},
    BuiltinDataset{"fashion-mnist",
                   "60,000 + 10,000 pieces of clothing of 28 x 28 pixels, 10 classes",
                   "dataset-fashion-mnist"},
    BuiltinDataset{
        "linear-synthetic",
        "20 + 100 rows of 200 normal inputs whose sum a linear model overfits, regression", "",
        make_linear_synthetic},
    BuiltinDataset{"spiral", "300 points on three arms of a spiral, 3 classes", "", make_spiral},
    BuiltinDataset{"logistic", "200 points around (-1, -1) and (1, 1), 2 classes", "",
                   make_logistic},
    BuiltinDataset{"and", "the truth table of AND: 4 rows, in every part", "", make_and},
    BuiltinDataset{"or", "the truth table of OR: 4 rows, in every part", "", make_or},
    BuiltinDataset{"nand", "the truth table of NAND: 4 rows, in every part", "", make_nand},
    BuiltinDataset{"xor", "the truth table of XOR: 4 rows, in every part", "", make_xor},
};

// Absent: no built-in has this name.
std::optional<BuiltinDataset> find_builtin(std::string_view name);

// Throws DataError if its files are not on this machine or not in order, or if `source` asks for
// what does not go with it.
Dataset load_builtin(const DatasetSource& source, const BuiltinDataset& builtin);

// Of one that is read from files, the first that exists of
//   <folder>/NAME for each <folder> of the environment variable HPSEARCH_DATA (colon-separated),
//   configs/data/NAME of the source tree that this program was built from,
//   ../share/hpsearch/data/NAME beside the program,
//   /usr/share/datasets/NAME.
// Throws DataError, with the command that installs it, if none does.
std::filesystem::path builtin_folder(const BuiltinDataset& dataset);

}  // namespace hpsearch::nn
