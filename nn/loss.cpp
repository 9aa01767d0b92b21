#include "nn/loss.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "nn/vector_math.h"

namespace hpsearch::nn {
namespace {

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

// The loss of one number against its target, and its derivative.
struct NumberLoss {
  double loss;
  double gradient;
};

// Binary cross-entropy on a logit; the derivative is sigmoid(z) - t, written as
// (1 - t) sigmoid(z) - t sigmoid(-z), so that neither is a difference of numbers that are nearly
// equal.
NumberLoss logit_loss(float logit, double target) {
  const double z = static_cast<double>(logit);
  const double e = std::exp(-std::abs(z));
  const double of_sign = 1.0 / (1.0 + e);  // the probability of the class that z's sign predicts
  const double of_other = e / (1.0 + e);
  const double poison = z * 0.0;
  const double positive = z > 0.0 ? of_sign : of_other;
  const double negative = z > 0.0 ? of_other : of_sign;
  return {std::max(z, 0.0) - target * z + std::log1p(e) + poison,
          (1.0 - target) * positive - target * negative + poison};
}

NumberLoss regression_loss(float output, float value, const BatchTargets& targets) {
  const double error = static_cast<double>(output) - static_cast<double>(value);
  const double size = std::abs(error);
  const double poison = error * 0.0;
  const double sign = error > 0.0 ? 1.0 : error < 0.0 ? -1.0 : 0.0;
  const double delta = targets.huber_delta;
  switch (targets.regression) {
    case RegressionLoss::kSquared:
      break;
    case RegressionLoss::kAbsolute:
      return {size + poison, sign + poison};
    case RegressionLoss::kHuber:
      return size <= delta
                 ? NumberLoss{0.5 * error * error, error}
                 : NumberLoss{delta * (size - 0.5 * delta) + poison, delta * sign + poison};
  }
  return {error * error + poison, 2.0 * error};
}

// The loss of output j of a row that is judged number by number.
NumberLoss number_loss(float z, const BatchTargets& targets, std::size_t row, std::size_t j) {
  if (targets.task == Task::kRegression) {
    return regression_loss(z, targets.values[row * targets.outputs + j], targets);
  }
  const double t = targets.labels.empty()
                       ? static_cast<double>(targets.values[row * targets.outputs + j])
                       : static_cast<double>(targets.labels[row]);
  return logit_loss(z, t * (1.0 - targets.label_smoothing) + 0.5 * targets.label_smoothing);
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

// The part of smoothed cross-entropy that plain cross-entropy has not: s (z_label - mean(z)).
double smoothing_loss(const float* z, std::size_t classes, std::uint32_t label, double smoothing) {
  double sum = 0.0;
  for (std::size_t j = 0; j < classes; ++j) {
    sum += static_cast<double>(z[j]);
  }
  return smoothing * (static_cast<double>(z[label]) - sum / static_cast<double>(classes));
}

bool has_softmax(const BatchTargets& targets) {
  return targets.task == Task::kClassification;
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
    double loss = 0.0;
    std::uint32_t best = z[0] > 0.0F ? 1 : 0;
    if (has_softmax(targets)) {
      const std::uint32_t label = targets.labels[row];
      // Not written to in this mode.
      const SoftmaxRow result = softmax_row<false>(const_cast<float*>(z), width, label);
      loss = result.loss;
      best = result.predicted;
      if (targets.label_smoothing > 0.0) {
        loss += smoothing_loss(z, width, label, targets.label_smoothing);
      }
    } else {
      for (std::size_t j = 0; j < width; ++j) {
        loss += number_loss(z[j], targets, row, j).loss;
      }
      loss /= static_cast<double>(width);
    }
    total.loss += weight_of(targets, row) * loss;
    if (!targets.labels.empty()) {
      total.correct += best == targets.labels[row] ? 1U : 0U;
    }
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
  const double per_output = 1.0 / static_cast<double>(width);
  const auto smoothing = static_cast<float>(targets.label_smoothing);
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    float* z = outputs + row * stride;
    const double weight = weight_of(targets, row);
    if (has_softmax(targets)) {
      const float share = static_cast<float>(weight * per_weight);
      const std::uint32_t label = targets.labels[row];
      double extra = 0.0;
      if (smoothing > 0.0F) {
        extra = smoothing_loss(z, width, label, targets.label_smoothing);
      }
      const SoftmaxRow result = softmax_row<true>(z, width, label);
      total.loss += weight * (result.loss + extra);
      total.correct += result.predicted == label ? 1 : 0;
      const float scale = share / result.sum;
      const float everywhere = share * smoothing / static_cast<float>(width);
      for (std::size_t j = 0; j < width; ++j) {
        z[j] = z[j] * scale - everywhere;
      }
      z[label] -= share * (1.0F - smoothing);
    } else {
      double loss = 0.0;
      if (!targets.labels.empty()) {
        total.correct += (z[0] > 0.0F ? 1U : 0U) == targets.labels[row] ? 1U : 0U;
      }
      for (std::size_t j = 0; j < width; ++j) {
        const NumberLoss result = number_loss(z[j], targets, row, j);
        loss += result.loss;
        z[j] = static_cast<float>(weight * per_weight * per_output * result.gradient);
      }
      total.loss += weight * loss * per_output;
    }
    std::fill(z + width, z + stride, 0.0F);
  }
  return total;
}

}  // namespace hpsearch::nn
