#include "nn/kernels/bfloat16.h"

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

void round_bfloat16(const float* x, std::size_t n, Bfloat16* to) {
  vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      to[i] = round_bfloat16(x[i]);
    }
  });
}

}  // namespace hpsearch::nn
