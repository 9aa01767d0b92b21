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

double weight_of_class(const BatchTargets& targets, std::size_t label) {
  return targets.class_weights.empty() ? 1.0 : targets.class_weights[label];
}

// s / K sum_j w_j (-ln p_j) of a row whose smallest term is known: -ln p_j = least + z_label - z_j,
// with least = -ln p_label. What all classes alike have of a smoothed label, each weighed as its
// own rows are (PyTorch's cross_entropy).
double loss_of_all(const float* z,
                   std::size_t classes,
                   double least,
                   const BatchTargets& targets,
                   std::uint32_t label) {
  double sum = 0.0;
  for (std::size_t j = 0; j < classes; ++j) {
    sum += weight_of_class(targets, j) *
           (least + static_cast<double>(z[label]) - static_cast<double>(z[j]));
  }
  return targets.label_smoothing / static_cast<double>(classes) * sum;
}

double sum_of_class_weights(const BatchTargets& targets, std::size_t classes) {
  double sum = 0.0;
  for (std::size_t j = 0; j < classes; ++j) {
    sum += weight_of_class(targets, j);
  }
  return sum;
}

// One row with a smoothed label: its loss, and z becomes its gradient. With S the sum of all class
// weights, dz_j = ((1 - s) w (p_j - [j = label]) + s / K (S p_j - w_j)) / weight of the batch.
double smoothed_row(float* z,
                    std::size_t classes,
                    const BatchTargets& targets,
                    std::uint32_t label,
                    double weight,
                    double per_weight,
                    double all_weights,
                    std::size_t& correct) {
  const double s = targets.label_smoothing;
  const double each = s / static_cast<double>(classes);
  const double least = softmax_row<false>(z, classes, label).loss;
  const double of_all = loss_of_all(z, classes, least, targets, label);
  const SoftmaxRow result = softmax_row<true>(z, classes, label);
  correct += result.predicted == label ? 1 : 0;
  for (std::size_t j = 0; j < classes; ++j) {
    const double p = static_cast<double>(z[j]) / static_cast<double>(result.sum);
    const double hit = j == label ? 1.0 : 0.0;
    z[j] =
        static_cast<float>(per_weight * ((1.0 - s) * weight * (p - hit) +
                                         each * (all_weights * p - weight_of_class(targets, j))));
  }
  return (1.0 - s) * weight * result.loss + of_all;
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
    double of_all = 0.0;
    std::uint32_t best = z[0] > 0.0F ? 1 : 0;
    if (has_softmax(targets)) {
      const std::uint32_t label = targets.labels[row];
      // Not written to in this mode.
      const SoftmaxRow result = softmax_row<false>(const_cast<float*>(z), width, label);
      loss = result.loss;
      best = result.predicted;
      if (targets.label_smoothing > 0.0) {
        of_all = loss_of_all(z, width, loss, targets, label);
        loss *= 1.0 - targets.label_smoothing;
      }
    } else {
      for (std::size_t j = 0; j < width; ++j) {
        loss += number_loss(z[j], targets, row, j).loss;
      }
      loss /= static_cast<double>(width);
    }
    total.loss += weight_of(targets, row) * loss + of_all;
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
  const double smoothing = targets.label_smoothing;
  const double all_weights = smoothing > 0.0 ? sum_of_class_weights(targets, width) : 0.0;
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    float* z = outputs + row * stride;
    const double weight = weight_of(targets, row);
    if (has_softmax(targets)) {
      const std::uint32_t label = targets.labels[row];
      if (smoothing > 0.0) {
        total.loss +=
            smoothed_row(z, width, targets, label, weight, per_weight, all_weights, total.correct);
        std::fill(z + width, z + stride, 0.0F);
        continue;
      }
      const float share = static_cast<float>(weight * per_weight);
      const SoftmaxRow result = softmax_row<true>(z, width, label);
      total.loss += weight * result.loss;
      total.correct += result.predicted == label ? 1 : 0;
      const float scale = share / result.sum;
      for (std::size_t j = 0; j < width; ++j) {
        z[j] *= scale;
      }
      z[label] -= share;
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
