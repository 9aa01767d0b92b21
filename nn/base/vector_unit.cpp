#include "nn/base/vector_unit.h"

#include <algorithm>

namespace hpsearch::nn {
namespace {

VectorUnit widest() {
#if defined(__x86_64__)
  // This runs during static initialisation, possibly before libgcc's own constructor.
  __builtin_cpu_init();
  // Exactly the features that on_avx512() is compiled with.
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return VectorUnit::kAvx512;
  }
  if (__builtin_cpu_supports("avx2")) {
    return VectorUnit::kAvx2;
  }
#endif
  return VectorUnit::kBaseline;
}

}  // namespace

std::atomic<VectorUnit> detail::vector_unit{widest()};

VectorUnit use_vector_unit(VectorUnit unit) {
  return detail::vector_unit.exchange(std::min(unit, widest()));
}

}  // namespace hpsearch::nn
