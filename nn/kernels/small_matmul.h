// Products of small matrices with AVX-512, for shapes where a call of oneDNN costs as much as the
// arithmetic.
#pragma once

#include <cstddef>

namespace hpsearch::nn {

// C (rows x columns) = A B, then + C if accumulate, + bias if there is one, max(0, .) if relu.
// A(i, k) is a[i * a_row + k * a_inner], so A may be transposed. B (inner x columns) and C are
// row-major without gaps. Requires `columns` to be a multiple of 16. Immutable, safe on any thread.
struct SmallMatmul {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t columns = 0;
  std::size_t a_row = 0;
  std::size_t a_inner = 0;
  bool accumulate = false;
  bool relu = false;

  // True if this CPU can execute run().
  static bool is_supported();

  // Sums over the inner index in ascending order, with fused multiply-adds. `bias` may be null. C
  // must not overlap the other arrays. Requires is_supported().
  void run(const float* a, const float* b, const float* bias, float* c) const;
};

}  // namespace hpsearch::nn
