// Copies of a layer's weights in bfloat16, in the memory orders that the products read.
#pragma once

#include <cstddef>

#include "nn/kernels/bfloat16.h"
#include "nn/kernels/matmul.h"

namespace hpsearch::nn {

// The copies of a weight matrix (rows x columns), both multiples of 16. The weights themselves stay
// float32, since 8 bits of precision would swallow most updates. Not thread-safe.
class RoundedWeights {
 public:
  // No copies.
  RoundedWeights() = default;

  // Allocates, filled with zeros, a copy in the packing of the forward product and, if `backward`,
  // a plain one for the backward pass. One plain copy serves both if the packing is plain.
  RoundedWeights(std::size_t rows, std::size_t columns, Packing forward, bool backward);

  // Rounds rows [first, last) of `weights` (rows x columns) into the copies. Requires even bounds,
  // since the packing interleaves pairs of rows.
  void update(const float* weights, std::size_t first, std::size_t last);

  // The copies for the forward product and the backward pass. The latter is null if the constructor
  // was told to leave it out.
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
