// Softmax cross-entropy of several rows at once, each row a lane of the vector unit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

// Up to kLanes rows of logits, `stride` floats apart, a multiple of kLanes; `classes` of them used.
struct LogitRows {
  float* z = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;
  std::size_t classes = 0;
  const std::uint32_t* labels = nullptr;  // (rows), below classes
};

// One number a row.
struct SoftmaxRows {
  double loss[kLanes];              // ln(sum_j exp(z_j)) - z_label; NaN if a logit is not finite
  float sum[kLanes];                // sum_j exp(z_j - largest)
  std::uint32_t predicted[kLanes];  // the largest logit's, the first of equals
};

// Requires 0 < rows <= kLanes.
SoftmaxRows softmax_rows(const LogitRows& in);

// The same; exp(z_j - largest) takes the place of each logit, and the padding becomes zero.
SoftmaxRows softmax_exponentials(const LogitRows& in);

}  // namespace hpsearch::nn
