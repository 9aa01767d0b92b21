#include "nn/loss.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

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

// One row of softmax cross-entropy. `sum` is that of exp(z - max), which z keeps if it is asked to.
struct SoftmaxRow {
  double loss;
  float sum;
  std::uint32_t predicted;
};

template <bool kKeepExponentials>
SoftmaxRow softmax_row(float* z, std::size_t classes, std::uint32_t label) {
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
  return {loss, sum, static_cast<std::uint32_t>(best)};
}

// One row of binary cross-entropy: its loss and (sigmoid(z) - label), neither by a difference of
// numbers that are nearly equal.
struct BinaryRow {
  double loss;
  double gradient;
};

BinaryRow binary_row(float logit, std::uint32_t label) {
  const double z = static_cast<double>(logit);
  const double e = std::exp(-std::abs(z));
  const double of_sign = 1.0 / (1.0 + e);  // the probability of the class that z's sign predicts
  const double of_other = e / (1.0 + e);
  const double poison = z * 0.0;
  const double loss = std::max(z, 0.0) - (label == 1 ? z : 0.0) + std::log1p(e) + poison;
  const double positive = z > 0.0 ? of_sign : of_other;
  const double negative = z > 0.0 ? of_other : of_sign;
  return {loss, (label == 1 ? -negative : positive) + poison};
}

double weight_of(const BatchTargets& targets, std::size_t row) {
  return targets.class_weights.empty() ? 1.0 : targets.class_weights[targets.labels[row]];
}

double weight_of_batch(const BatchTargets& targets) {
  if (targets.class_weights.empty()) {
    return static_cast<double>(targets.rows());
  }
  double weight = 0.0;
  for (const std::uint32_t label : targets.labels) {
    weight += targets.class_weights[label];
  }
  return weight;
}

}  // namespace

BatchLoss batch_loss(const float* outputs,
                     std::size_t stride,
                     std::size_t width,
                     const BatchTargets& targets,
                     std::span<std::uint32_t> predicted) {
  assert(predicted.empty() || predicted.size() == targets.rows());
  BatchLoss total;
  total.weight = weight_of_batch(targets);
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    const float* z = outputs + row * stride;
    if (targets.task == Task::kRegression) {
      const double error = static_cast<double>(z[0]) - static_cast<double>(targets.values[row]);
      total.loss += error * error + error * 0.0;
      continue;
    }
    const std::uint32_t label = targets.labels[row];
    double loss = 0.0;
    std::uint32_t best = 0;
    if (targets.task == Task::kBinary) {
      loss = binary_row(z[0], label).loss;
      best = z[0] > 0.0F ? 1 : 0;
    } else {
      // Not written to in this mode.
      const SoftmaxRow result = softmax_row<false>(const_cast<float*>(z), width, label);
      loss = result.loss;
      best = result.predicted;
    }
    total.loss += weight_of(targets, row) * loss;
    total.correct += best == label ? 1 : 0;
    if (!predicted.empty()) {
      predicted[row] = best;
    }
  }
  return total;
}

BatchLoss batch_loss_gradient(float* outputs,
                              std::size_t stride,
                              std::size_t width,
                              const BatchTargets& targets) {
  BatchLoss total;
  total.weight = weight_of_batch(targets);
  const double per_weight = total.weight > 0.0 ? 1.0 / total.weight : 0.0;
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    float* z = outputs + row * stride;
    const double weight = weight_of(targets, row);
    const float share = static_cast<float>(weight * per_weight);
    if (targets.task == Task::kRegression) {
      const double error = static_cast<double>(z[0]) - static_cast<double>(targets.values[row]);
      total.loss += error * error + error * 0.0;
      z[0] = static_cast<float>(2.0 * error * per_weight);
    } else if (targets.task == Task::kBinary) {
      const BinaryRow result = binary_row(z[0], targets.labels[row]);
      total.loss += weight * result.loss;
      total.correct += (z[0] > 0.0F ? 1U : 0U) == targets.labels[row] ? 1U : 0U;
      z[0] = share * static_cast<float>(result.gradient);
    } else {
      const std::uint32_t label = targets.labels[row];
      const SoftmaxRow result = softmax_row<true>(z, width, label);
      total.loss += weight * result.loss;
      total.correct += result.predicted == label ? 1 : 0;
      const float scale = share / result.sum;
      for (std::size_t j = 0; j < width; ++j) {
        z[j] *= scale;
      }
      z[label] -= share;
    }
    std::fill(z + width, z + stride, 0.0F);
  }
  return total;
}

}  // namespace hpsearch::nn
