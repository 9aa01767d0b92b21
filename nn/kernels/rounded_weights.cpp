#include "nn/kernels/rounded_weights.h"

#include <algorithm>
#include <cassert>

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {
namespace {

// Interleaves two rows: to[2 j] = first[j], to[2 j + 1] = second[j]. Stores pairs as 32-bit words,
// which the compiler turns into full vector stores.
void interleave(const float* __restrict first,
                const float* __restrict second,
                std::size_t n,
                Bfloat16* __restrict to) {
  for (std::size_t j = 0; j < n; ++j) {
    const std::uint32_t pair = std::uint32_t{round_bfloat16(first[j]).bits} |
                               std::uint32_t{round_bfloat16(second[j]).bits} << 16;
    __builtin_memcpy(static_cast<void*>(to + 2 * j), &pair, sizeof pair);
  }
}

}  // namespace

RoundedWeights::RoundedWeights(std::size_t rows,
                               std::size_t columns,
                               Packing forward,
                               bool backward)
    : rows_(rows),
      columns_(columns),
      packing_(forward),
      packed_(forward.width == 0 ? 0 : forward.size(rows, columns)),
      plain_(forward.width == 0 || backward ? rows * columns : 0) {}

void RoundedWeights::update(const float* weights, std::size_t first, std::size_t last) {
  assert(first % 2 == 0 && last % 2 == 0);
  if (!plain_.empty()) {
    round_bfloat16(weights + first * columns_, (last - first) * columns_,
                   plain_.data() + first * columns_);
  }
  if (packing_.width > 0) {
    pack(weights, first, last);
  }
}

void RoundedWeights::pack(const float* weights, std::size_t first, std::size_t last) {
  // packed: [panel of `width` columns][block of 32 rows][pair of rows][column][2], see Packing.
  vectorised([=, columns = columns_, width = packing_.width, to = packed_.data(),
              blocks = (rows_ + Packing::kBlockRows - 1) / Packing::kBlockRows] {
    for (std::size_t k = first; k < last; k += 2) {
      const float* row = weights + k * columns;
      const std::size_t in_block = k % Packing::kBlockRows * width;
      for (std::size_t j = 0; j < columns; j += width) {
        const std::size_t block = j / width * blocks + k / Packing::kBlockRows;
        interleave(row + j, row + columns + j, std::min(width, columns - j),
                   to + block * Packing::kBlockRows * width + in_block);
      }
    }
  });
}

}  // namespace hpsearch::nn
