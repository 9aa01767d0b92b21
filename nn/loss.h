// Softmax cross-entropy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hpsearch::nn {

struct BatchLoss;

// The loss of the first labels.size() rows of `logits` (rows of `stride` floats, the first
// `classes` of them used): the sum of ln(sum_j exp(z_j)) - z_label, computed with the row's maximum
// taken out, so that no finite logit overflows. A non-finite logit makes the loss NaN. `correct`
// counts the rows whose largest logit (the first of equals) is the label's.
BatchLoss softmax_cross_entropy(const float* logits,
                                std::size_t stride,
                                std::size_t classes,
                                std::span<const std::uint32_t> labels);

// The same, and replaces each of these rows by the gradient of the mean loss, (softmax(z) - onehot)
// / rows; the padding becomes zero.
BatchLoss softmax_cross_entropy_gradient(float* logits,
                                         std::size_t stride,
                                         std::size_t classes,
                                         std::span<const std::uint32_t> labels);

}  // namespace hpsearch::nn
