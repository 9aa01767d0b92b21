// Products of small matrices with AVX-512, where a call of the library costs as much as the work.
#pragma once

#include <cstddef>

namespace hpsearch::nn {

// C (rows x columns) = A B, then + C where accumulate, + bias where there is one, max(0, .) where
// relu. A(i, k) lies at a[i * a_row + k * a_inner], B and C row-major without gaps; columns is a
// multiple of 16.
struct SmallMatmul {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t columns = 0;
  std::size_t a_row = 0;
  std::size_t a_inner = 0;
  bool accumulate = false;
  bool relu = false;

  // Whether this CPU has what run() needs.
  static bool is_supported();

  // Each sum runs over the inner index in ascending order, with fused multiply-adds. `bias` may be
  // null. C may not overlap the others.
  void run(const float* a, const float* b, const float* bias, float* c) const;
};

}  // namespace hpsearch::nn
