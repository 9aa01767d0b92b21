#include "nn/kernels/small_matmul.h"

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hpsearch::nn {

#if defined(__x86_64__)
namespace {

// Computes a block of C, kRows x (kVectors vectors), that stays in registers over the whole sum.
// With k as the outer loop, each step loads one row of B once and multiplies it by kRows numbers of
// A. The largest blocks, 8 x 2 and 16 x 1, take 16 accumulators and at most 3 more of the 32
// registers; 16 independent sums also hide the latency of the multiply-add.
template <std::size_t kRows, std::size_t kVectors>
[[gnu::target("avx512f"), gnu::always_inline]] inline void block(
    const SmallMatmul& m, const float* a, const float* b, const float* bias, float* c) {
  __m512 sum[kRows][kVectors];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      sum[i][v] = _mm512_setzero_ps();
    }
  }
  for (std::size_t k = 0; k < m.inner; ++k) {
    __m512 row[kVectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      row[v] = _mm512_loadu_ps(b + k * m.columns + v * kLanes);
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kRows; ++i) {
      const __m512 x = _mm512_set1_ps(a[i * m.a_row + k * m.a_inner]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        sum[i][v] = _mm512_fmadd_ps(x, row[v], sum[i][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      float* to = c + i * m.columns + v * kLanes;
      __m512 y = sum[i][v];
      if (m.accumulate) {
        y = _mm512_add_ps(_mm512_loadu_ps(to), y);
      }
      if (bias != nullptr) {
        y = _mm512_add_ps(y, _mm512_loadu_ps(bias + v * kLanes));
      }
      if (m.relu) {
        // The instruction returns its second operand if either is NaN, so NaN stays NaN.
        y = _mm512_maskz_max_ps(0xFFFF, _mm512_setzero_ps(), y);
      }
      _mm512_storeu_ps(to, y);
    }
  }
}

// All rows of kVectors vectors of columns: the largest blocks first, then the rows that remain.
template <std::size_t kMostRows, std::size_t kVectors>
[[gnu::target("avx512f")]] void columns(
    const SmallMatmul& m, const float* a, const float* b, const float* bias, float* c) {
  std::size_t i = 0;
  for (; i + kMostRows <= m.rows; i += kMostRows) {
    block<kMostRows, kVectors>(m, a + i * m.a_row, b, bias, c + i * m.columns);
  }
  if (kMostRows > 8 && i + 8 <= m.rows) {
    block<8, kVectors>(m, a + i * m.a_row, b, bias, c + i * m.columns);
    i += 8;
  }
  if (i + 4 <= m.rows) {
    block<4, kVectors>(m, a + i * m.a_row, b, bias, c + i * m.columns);
    i += 4;
  }
  for (; i < m.rows; ++i) {
    block<1, kVectors>(m, a + i * m.a_row, b, bias, c + i * m.columns);
  }
}

}  // namespace

bool SmallMatmul::is_supported() {
  // Not the CPU itself: tests choose a narrower unit to reach the library's path.
  return vector_unit() == VectorUnit::kAvx512;
}

void SmallMatmul::run(const float* a, const float* b, const float* bias, float* c) const {
  std::size_t j = 0;
  const auto bias_at = [&] { return bias != nullptr ? bias + j : nullptr; };
  // Pairs of vectors read each number of A half as often; an odd last vector gets taller blocks.
  for (; j + 2 * kLanes <= this->columns; j += 2 * kLanes) {
    nn::columns<8, 2>(*this, a, b + j, bias_at(), c + j);
  }
  if (j < this->columns) {
    nn::columns<16, 1>(*this, a, b + j, bias_at(), c + j);
  }
}
#else
bool SmallMatmul::is_supported() {
  return false;
}

void SmallMatmul::run(const float*, const float*, const float*, float*) const {}
#endif

}  // namespace hpsearch::nn
