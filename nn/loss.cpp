#include "nn/loss.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nn/mlp.h"

namespace hpsearch::nn {
namespace {

// e^x for x <= 0 in float, within 2 units in the last place, 0 below -87: a polynomial that the
// compiler can run on whole vectors, where a call of the library function could not.
inline float exp_nonpositive(float x) {
  constexpr float kLowest = -87.0F;
  constexpr float kInverseLn2 = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float c = x > kLowest ? x : kLowest;
  const float k = (c * kInverseLn2 + kRound) - kRound;
  const float r = (c - k * kLn2High) - k * kLn2Low;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float y = 1.0F + (r + r * r * p);
  const float scale = std::bit_cast<float>((static_cast<std::int32_t>(k) + 127) << 23);
  return x > kLowest ? y * scale : 0.0F;
}

// One row: returns its loss; `row_out`, if given, receives exp(z - max) and `sum` their sum.
struct RowResult {
  double loss;
  float sum;
  bool correct;
};

template <bool kKeepExponentials>
RowResult row_loss(float* z, std::size_t classes, std::uint32_t label) {
  std::size_t best = 0;
  for (std::size_t j = 1; j < classes; ++j) {
    best = z[j] > z[best] ? j : best;
  }
  const float largest = z[best];
  const float of_label = z[label];
  // 0 for finite logits, NaN if any is not: the comparisons of exp_nonpositive would hide it.
  float poison = 0.0F;
  float sum = 0.0F;
  for (std::size_t j = 0; j < classes; ++j) {
    poison += z[j] * 0.0F;
    const float e = exp_nonpositive(z[j] - largest);
    sum += e;
    if constexpr (kKeepExponentials) {
      z[j] = e;
    }
  }
  const double loss = std::log(static_cast<double>(sum)) + static_cast<double>(largest) -
                      static_cast<double>(of_label) + static_cast<double>(poison);
  return {loss, sum, best == label};
}

}  // namespace

BatchLoss softmax_cross_entropy(const float* logits,
                                std::size_t stride,
                                std::size_t classes,
                                std::span<const std::uint32_t> labels) {
  BatchLoss total;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    // Not written to in this mode.
    auto* z = const_cast<float*>(logits + row * stride);
    const RowResult result = row_loss<false>(z, classes, labels[row]);
    total.loss += result.loss;
    total.correct += result.correct ? 1 : 0;
  }
  return total;
}

BatchLoss softmax_cross_entropy_gradient(float* logits,
                                         std::size_t stride,
                                         std::size_t classes,
                                         std::span<const std::uint32_t> labels) {
  BatchLoss total;
  const float per_row = 1.0F / static_cast<float>(labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    float* z = logits + row * stride;
    const RowResult result = row_loss<true>(z, classes, labels[row]);
    total.loss += result.loss;
    total.correct += result.correct ? 1 : 0;
    const float scale = per_row / result.sum;
    for (std::size_t j = 0; j < classes; ++j) {
      z[j] *= scale;
    }
    z[labels[row]] -= per_row;
    std::fill(z + classes, z + stride, 0.0F);
  }
  return total;
}

}  // namespace hpsearch::nn
