// Sums over the rows of a batch, of every column at once.
#pragma once

#include <algorithm>
#include <cstddef>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

// Calls take(column, sum of term(row, column) over all rows) for each of `width` columns, a
// multiple of 16. The terms of 32 rows are added in float before they go to a sum in double: fast,
// and exact enough for a batch of any size. Both functions capture by value (vectorised()).
template <class Term, class Take>
void column_sums(std::size_t rows, std::size_t width, Term term, Take take) {
  vectorised([=] {
    constexpr std::size_t kRows = 32;
    for (std::size_t first = 0; first < width; first += kLanes) {
      double sums[kLanes] = {};
      for (std::size_t start = 0; start < rows; start += kRows) {
        float part[kLanes] = {};
        const std::size_t end = std::min(rows, start + kRows);
        for (std::size_t row = start; row < end; ++row) {
          for (std::size_t j = 0; j < kLanes; ++j) {
            part[j] += term(row, first + j);
          }
        }
        for (std::size_t j = 0; j < kLanes; ++j) {
          sums[j] += static_cast<double>(part[j]);
        }
      }
      for (std::size_t j = 0; j < kLanes; ++j) {
        take(first + j, sums[j]);
      }
    }
  });
}

}  // namespace hpsearch::nn
