// Copies rows of a data set in the form that a network reads: the hot path of every batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/data/dataset.h"
#include "nn/data/preprocess.h"
#include "nn/kernels/bfloat16.h"

namespace hpsearch::nn {

// Writes the scaled features of rows[i] to out[i * stride ... i * stride + columns - 1], as float
// or rounded to Bfloat16, and leaves what lies between the rows alone. Requires stride >=
// dataset.columns. No allocation; safe to call from many threads at once.
template <class Number>
void gather_rows(const Dataset& dataset,
                 const ColumnScaling& scaling,
                 std::span<const std::uint32_t> rows,
                 Number* out,
                 std::size_t stride);

}  // namespace hpsearch::nn
