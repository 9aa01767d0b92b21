#include "nn/preprocess.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace hpsearch::nn {
namespace {

constexpr std::size_t kCacheLine = 64;

// Rows are visited in random order, which the hardware's prefetcher cannot foresee.
constexpr std::size_t kRowsAhead = 4;

// Sums of up to 65,536 values of up to 255^2 fit into 32 bits, whose vectors are twice as long.
constexpr std::size_t kBlockRows = 65536;

const std::uint8_t* row_of(const Dataset& dataset, std::uint32_t row) {
  return dataset.features.data() + std::size_t{row} * dataset.columns;
}

ColumnScaling unit_scaling(const Dataset& dataset, std::span<const std::uint32_t> train) {
  std::uint8_t smallest = std::numeric_limits<std::uint8_t>::max();
  std::uint8_t largest = 0;
  for (const std::uint32_t row : train) {
    const std::uint8_t* x = row_of(dataset, row);
    for (std::size_t c = 0; c < dataset.columns; ++c) {
      smallest = std::min(smallest, x[c]);
      largest = std::max(largest, x[c]);
    }
  }
  const double scale = largest > smallest ? 1.0 / (largest - smallest) : 1.0;
  return {std::vector<float>(dataset.columns, static_cast<float>(scale)),
          std::vector<float>(dataset.columns, static_cast<float>(-smallest * scale))};
}

// Exact sums over the training rows, for each column.
struct ColumnSums {
  std::vector<std::uint64_t> values;
  std::vector<std::uint64_t> squares;
};

ColumnSums sum_columns(const Dataset& dataset, std::span<const std::uint32_t> train) {
  const std::size_t columns = dataset.columns;
  ColumnSums sums{std::vector<std::uint64_t>(columns), std::vector<std::uint64_t>(columns)};
  std::vector<std::uint32_t> block_values(columns);
  std::vector<std::uint32_t> block_squares(columns);
  for (std::size_t first = 0; first < train.size(); first += kBlockRows) {
    std::fill(block_values.begin(), block_values.end(), 0U);
    std::fill(block_squares.begin(), block_squares.end(), 0U);
    for (const std::uint32_t row :
         train.subspan(first, std::min(kBlockRows, train.size() - first))) {
      const std::uint8_t* x = row_of(dataset, row);
      std::uint32_t* values = block_values.data();
      std::uint32_t* squares = block_squares.data();
      for (std::size_t c = 0; c < columns; ++c) {
        const std::uint32_t value = x[c];
        values[c] += value;
        squares[c] += value * value;
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      sums.values[c] += block_values[c];
      sums.squares[c] += block_squares[c];
    }
  }
  return sums;
}

ColumnScaling standard_scaling(const Dataset& dataset, std::span<const std::uint32_t> train) {
  __extension__ using Wide = unsigned __int128;
  const ColumnSums sums = sum_columns(dataset, train);
  const std::uint64_t n = train.size();
  ColumnScaling scaling{std::vector<float>(dataset.columns), std::vector<float>(dataset.columns)};
  for (std::size_t c = 0; c < dataset.columns; ++c) {
    // n^2 times the variance, in exact integers: zero only for a constant column.
    const Wide spread = Wide{n} * sums.squares[c] - Wide{sums.values[c]} * sums.values[c];
    if (spread > 0) {
      const double root = std::sqrt(static_cast<double>(spread));
      scaling.scale[c] = static_cast<float>(static_cast<double>(n) / root);
      scaling.shift[c] = static_cast<float>(-static_cast<double>(sums.values[c]) / root);
    }
  }
  return scaling;
}

void prefetch_row(const std::uint8_t* row, std::size_t columns) {
  for (std::size_t c = 0; c < columns; c += kCacheLine) {
    __builtin_prefetch(row + c);
  }
}

}  // namespace

std::optional<Preprocess> find_preprocess(std::string_view name) {
  for (const PreprocessRow& row : kPreprocessTable) {
    if (row.name == name) {
      return row.value;
    }
  }
  return std::nullopt;
}

std::string_view name_of(Preprocess value) {
  const auto* row = std::find_if(kPreprocessTable.begin(), kPreprocessTable.end(),
                                 [&](const PreprocessRow& r) { return r.value == value; });
  assert(row != kPreprocessTable.end());
  return row->name;
}

ColumnScaling fit_scaling(const Dataset& dataset,
                          std::span<const std::uint32_t> train,
                          Preprocess kind) {
  assert(!train.empty());
  switch (kind) {
    case Preprocess::kUnit:
      return unit_scaling(dataset, train);
    case Preprocess::kStandardize:
      return standard_scaling(dataset, train);
    case Preprocess::kNone:
      break;
  }
  return {std::vector<float>(dataset.columns, 1.0F), std::vector<float>(dataset.columns, 0.0F)};
}

void gather_rows(const Dataset& dataset,
                 const ColumnScaling& scaling,
                 std::span<const std::uint32_t> rows,
                 float* out,
                 std::size_t stride) {
  assert(stride >= dataset.columns);
  const std::size_t columns = dataset.columns;
  const float* __restrict scale = scaling.scale.data();
  const float* __restrict shift = scaling.shift.data();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kRowsAhead < rows.size()) {
      prefetch_row(row_of(dataset, rows[i + kRowsAhead]), columns);
    }
    const std::uint8_t* __restrict x = row_of(dataset, rows[i]);
    float* __restrict y = out + i * stride;
    for (std::size_t c = 0; c < columns; ++c) {
      y[c] = static_cast<float>(x[c]) * scale[c] + shift[c];
    }
  }
}

}  // namespace hpsearch::nn
