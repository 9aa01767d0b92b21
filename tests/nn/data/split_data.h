// Data sets whose features play no part, for the tests of splits.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "nn/data/split.h"
#include "tests/nn/files/idx_files.h"

namespace hpsearch::nn {

using test::data_error_of;
using Rows = std::vector<std::uint32_t>;

// A data set of these labels; its features play no part.
inline Dataset labelled(std::vector<std::uint32_t> labels, std::size_t own_test_rows = 0) {
  Dataset data;
  data.name = "toy";
  data.rows = labels.size();
  data.own_test_rows = own_test_rows;
  data.classes = *std::max_element(labels.begin(), labels.end()) + 1;
  data.labels = std::move(labels);
  return data;
}

// `count` rows of classes 0, 1, ..., classes - 1, 0, ...
inline Dataset cyclic(std::size_t count, std::size_t classes, std::size_t own_test_rows = 0) {
  std::vector<std::uint32_t> labels(count);
  for (std::size_t row = 0; row < count; ++row) {
    labels[row] = static_cast<std::uint32_t>(row % classes);
  }
  return labelled(std::move(labels), own_test_rows);
}

inline SplitSpec spec_of(PartSize validation, PartSize test) {
  SplitSpec spec;
  spec.validation = validation;
  spec.test = test;
  return spec;
}

inline std::string error_of(const Dataset& data, PartSize validation, PartSize test) {
  return data_error_of([&] { split_rows(data, spec_of(validation, test)); });
}

inline Rows range(std::uint32_t first, std::uint32_t end) {
  Rows rows(end - first);
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

inline std::vector<std::size_t> count_classes(const Dataset& data, const Rows& rows) {
  std::vector<std::size_t> counts(data.classes);
  for (const std::uint32_t row : rows) {
    ++counts[data.labels[row]];
  }
  return counts;
}

}  // namespace hpsearch::nn
