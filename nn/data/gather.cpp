#include "nn/data/gather.h"

#include <cassert>

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {
namespace {

// Rows are visited in random order, which the hardware's prefetcher cannot foresee.
constexpr std::size_t kRowsAhead = 4;

void prefetch_row(const void* row, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(row) + at);
  }
}

void store(float value, float& to) {
  to = value;
}
void store(float value, Bfloat16& to) {
  to = round_bfloat16(value);
}

template <class Out>
void scale_bytes(const std::uint8_t* __restrict x,
                 const float* __restrict scale,
                 const float* __restrict shift,
                 Out* __restrict y,
                 std::size_t columns) {
  for (std::size_t c = 0; c < columns; ++c) {
    store(static_cast<float>(x[c]) * scale[c] + shift[c], y[c]);
  }
}

template <class Out>
void scale_numbers(const float* __restrict x,
                   const double* __restrict centre,
                   const double* __restrict factor,
                   const double* __restrict fill,
                   Out* __restrict y,
                   std::size_t columns) {
  for (std::size_t c = 0; c < columns; ++c) {
    const double value = x[c] == x[c] ? static_cast<double>(x[c]) : fill[c];
    store(static_cast<float>((value - centre[c]) * factor[c]), y[c]);
  }
}

// Calls row(from, to) for each of `rows`, whose features begin at `features`.
template <class Number, class Out, class Row>
void for_each_row(const Number* features,
                  std::size_t columns,
                  std::span<const std::uint32_t> rows,
                  Out* out,
                  std::size_t stride,
                  Row row) {
  vectorised([=] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + kRowsAhead < rows.size()) {
        prefetch_row(features + std::size_t{rows[i + kRowsAhead]} * columns,
                     columns * sizeof(Number));
      }
      row(features + std::size_t{rows[i]} * columns, out + i * stride);
    }
  });
}

}  // namespace

template <class Number>
void gather_rows(const Dataset& dataset,
                 const ColumnScaling& scaling,
                 std::span<const std::uint32_t> rows,
                 Number* out,
                 std::size_t stride) {
  assert(stride >= dataset.columns);
  const std::size_t columns = dataset.columns;
  if (!dataset.real_features.empty()) {
    for_each_row(dataset.real_features.data(), columns, rows, out, stride,
                 [=, centre = scaling.centre.data(), factor = scaling.factor.data(),
                  fill = scaling.fill.data()](const float* x, Number* y) {
                   scale_numbers(x, centre, factor, fill, y, columns);
                 });
    return;
  }
  for_each_row(dataset.features.data(), columns, rows, out, stride,
               [=, scale = scaling.scale.data(), shift = scaling.shift.data()](
                   const std::uint8_t* x, Number* y) { scale_bytes(x, scale, shift, y, columns); });
}

template void gather_rows(
    const Dataset&, const ColumnScaling&, std::span<const std::uint32_t>, float*, std::size_t);
template void gather_rows(
    const Dataset&, const ColumnScaling&, std::span<const std::uint32_t>, Bfloat16*, std::size_t);

}  // namespace hpsearch::nn
