// Sums over the rows of a batch, for all columns at once.
#pragma once

#include <algorithm>
#include <cstddef>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

// Calls take(column, sum over rows of term(row, column)) for each of `width` columns.
//
// Requires a width that is a multiple of 16. Sums 32 rows at a time in float, and these sums in
// double: the error stays bounded for a batch of any size, at almost the speed of float. The order
// is fixed, so the bits are too. Both functions must capture by value (see vectorised()).
template <class Term, class Take>
void column_sums(std::size_t rows, std::size_t width, Term term, Take take) {
  vectorised([=] {
    constexpr std::size_t kRows = 32;  // whose sum stays in float
    // One vector of columns from the first row to the last, so that its sums stay in registers.
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
