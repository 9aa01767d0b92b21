// Compiles a loop once per kind of CPU, so that one binary runs well on plain x86-64, AVX2 and
// AVX-512.
#pragma once

#include <atomic>

namespace hpsearch::nn {

// Vector width: 4, 8 or 16 floats. Processors other than x86-64 only have kBaseline, which is
// whatever the compiler may assume there.
enum class VectorUnit { kBaseline, kAvx2, kAvx512 };

namespace detail {
extern std::atomic<VectorUnit> vector_unit;

// `flatten` inlines everything that the loop calls, so that this code is compiled for the unit too.
#if defined(__x86_64__)
template <class Loop>
[[gnu::flatten, gnu::target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")]] auto
on_avx512(Loop loop) {
  return loop();
}

template <class Loop>
[[gnu::flatten, gnu::target("avx2")]] auto on_avx2(Loop loop) {
  return loop();
}
#endif
}  // namespace detail

// The widest unit of this CPU, unless use_vector_unit() chose another.
inline VectorUnit vector_unit() {
  return detail::vector_unit.load(std::memory_order_relaxed);
}

// For tests: selects `unit`, or the CPU's widest if that is narrower. Affects all threads. Returns
// the previous unit.
VectorUnit use_vector_unit(VectorUnit unit);

// Runs the version of `loop` that was compiled for this CPU's unit, and returns its result.
//
// All versions give the same bits: none contracts or reorders floating-point operations. A sum that
// should not wait for one addition after another must therefore keep kLanes partial sums itself.
// Capture by value: after each store, the compiler would reload whatever is captured by reference.
// Do not use intrinsics inside the loop.
template <class Loop>
auto vectorised(Loop loop) {
#if defined(__x86_64__)
  switch (vector_unit()) {
    case VectorUnit::kAvx512:
      return detail::on_avx512(loop);
    case VectorUnit::kAvx2:
      return detail::on_avx2(loop);
    case VectorUnit::kBaseline:
      break;
  }
#endif
  return loop();
}

}  // namespace hpsearch::nn
