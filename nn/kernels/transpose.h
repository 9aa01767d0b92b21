// Matrix transposition by squares of 4 x 4, each a few vector shuffles on any CPU.
#pragma once

#include <cstddef>

namespace hpsearch::nn {

// Four rows of four floats.
struct Square {
  using Row = float __attribute__((vector_size(16)));
  Row rows[4];

  // Reads four floats from each address; no alignment is required.
  static Square read(const float* from0,
                     const float* from1,
                     const float* from2,
                     const float* from3) {
    Square s;
    const float* const from[4] = {from0, from1, from2, from3};
    for (int i = 0; i < 4; ++i) {
      __builtin_memcpy(&s.rows[i], from[i], sizeof(Row));
    }
    return s;
  }

  void write_row(int row, float* to) const { __builtin_memcpy(to, &rows[row], sizeof(Row)); }

  // First pairs of columns of rows 0-1 and 2-3, then pairs of those pairs.
  Square transposed() const {
    const Row a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const Row b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const Row c = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const Row d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    return {{__builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
             __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)}};
  }
};

// Writes the transpose of `from` (rows x columns) to `to` (columns x rows). Both are row-major
// without gaps and must not overlap. Requires rows and columns that are multiples of 4.
inline void transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  for (std::size_t r = 0; r < rows; r += 4) {
    for (std::size_t c = 0; c < columns; c += 4) {
      const float* at = from + r * columns + c;
      const Square s =
          Square::read(at, at + columns, at + 2 * columns, at + 3 * columns).transposed();
      for (int i = 0; i < 4; ++i) {
        s.write_row(i, to + (c + static_cast<std::size_t>(i)) * rows + r);
      }
    }
  }
}

}  // namespace hpsearch::nn
