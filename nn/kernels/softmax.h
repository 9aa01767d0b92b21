// Softmax cross-entropy of up to 16 rows at once, with one row per lane of the vector unit. Safe on
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/base/aligned.h"

namespace hpsearch::nn {

// A matrix of logits (rows x stride), of which the first `classes` columns hold data. Requires at
// most kLanes rows and a stride that is a multiple of kLanes.
struct LogitRows {
  float* z = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;
  std::size_t classes = 0;
  const std::uint32_t* labels = nullptr;  // (rows), below classes
};

// Results by row. Entries beyond the rows of the input are unspecified.
struct SoftmaxRows {
  double loss[kLanes];              // ln(sum_j exp(z_j)) - z_label; NaN if any logit is not finite
  float sum[kLanes];                // sum_j exp(z_j - largest)
  std::uint32_t predicted[kLanes];  // class of the largest logit, the first if several are equal
};

// Leaves the logits as they are. Requires 0 < rows <= kLanes.
SoftmaxRows softmax_rows(const LogitRows& in);

// The same, and overwrites each logit z_j by exp(z_j - largest) and the padding by zeros.
SoftmaxRows softmax_exponentials(const LogitRows& in);

}  // namespace hpsearch::nn
