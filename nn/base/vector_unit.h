// Loops compiled for each kind of CPU: one binary for plain x86-64, AVX2 and AVX-512.
#pragma once

#include <atomic>

namespace hpsearch::nn {

// What a CPU does at once: 4, 8 or 16 floats. On other processors than x86-64 there is only
// kBaseline: what the compiler takes for granted there.
enum class VectorUnit { kBaseline, kAvx2, kAvx512 };

namespace detail {
extern std::atomic<VectorUnit> vector_unit;

// `flatten` inlines all that the loop calls, so that it is compiled for this unit too.
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

// The widest unit of this CPU, or what use_vector_unit() said.
inline VectorUnit vector_unit() {
  return detail::vector_unit.load(std::memory_order_relaxed);
}

// For tests: takes `unit`, or the widest that the CPU has where it lacks that. Returns what was in
// use before.
VectorUnit use_vector_unit(VectorUnit unit);

// Calls loop() in the version for this CPU. All versions give the same bits: no version contracts
// or reorders, and a sum whose order should not wait for one addition after the other is written
// with lanes of its own. The loop captures by value: through a reference the compiler would have to
// look again at what each store may have changed. Intrinsics have no place in it.
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
