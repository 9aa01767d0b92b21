// The copies of a layer's weights that products in bfloat16 read.
#pragma once

#include <cstddef>

#include "nn/kernels/bfloat16.h"
#include "nn/kernels/matmul.h"

namespace hpsearch::nn {

// Of a matrix (rows x columns), both multiples of 16. The weights themselves stay float32: updates
// are too small for 8 bits of precision.
class RoundedWeights {
 public:
  // None.
  RoundedWeights() = default;

  // One in the form that the forward product reads, and a plain one for the backward pass where it
  // is not that already.
  RoundedWeights(std::size_t rows, std::size_t columns, Packing forward, bool backward);

  // Copies rows [first, last) of `weights`; both even.
  void update(const float* weights, std::size_t first, std::size_t last);

  const Bfloat16* forward() const { return packing_.width == 0 ? plain_.data() : packed_.data(); }
  const Bfloat16* backward() const { return plain_.data(); }

 private:
  void pack(const float* weights, std::size_t first, std::size_t last);

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Packing packing_;
  Bfloat16Buffer packed_;
  Bfloat16Buffer plain_;
};

}  // namespace hpsearch::nn
