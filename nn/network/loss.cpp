#include "nn/network/loss.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "nn/kernels/softmax.h"

namespace hpsearch::nn {
namespace {

// The loss of one output against its target, and its derivative with respect to the output. Where a
// function below adds `poison`, it is 0 for a finite output and NaN otherwise, which comparisons
// would hide.
struct NumberLoss {
  double loss;
  double gradient;
};

// Binary cross-entropy on a logit, max(z, 0) - z t + ln(1 + exp(-|z|)), in which no exponential
// overflows. The derivative sigmoid(z) - t is written as (1 - t) sigmoid(z) - t sigmoid(-z), which
// does not subtract nearly equal numbers.
NumberLoss logit_loss(float logit, double target) {
  const double z = static_cast<double>(logit);
  const double e = std::exp(-std::abs(z));
  const double of_sign = 1.0 / (1.0 + e);  // probability of the class that the sign of z predicts
  const double of_other = e / (1.0 + e);
  const double poison = z * 0.0;
  const double positive = z > 0.0 ? of_sign : of_other;
  const double negative = z > 0.0 ? of_other : of_sign;
  return {std::max(z, 0.0) - target * z + std::log1p(e) + poison,
          (1.0 - target) * positive - target * negative + poison};
}

// Label smoothing with class weights, for one logit. The target's two shares, (1 - s) for the label
// and s / 2 for each class, are weighted by their own classes: with `one` and `zero` as the
// weighted shares of classes 1 and 0, one softplus(-z) + zero softplus(z), which is what a softmax
// over the two classes gives.
NumberLoss weighted_smoothed_loss(float logit, std::uint32_t label, const BatchTargets& targets) {
  const double each = 0.5 * targets.label_smoothing;
  const double own = 1.0 - targets.label_smoothing;
  const double one = targets.class_weights[1] * (each + (label == 1 ? own : 0.0));
  const double zero = targets.class_weights[0] * (each + (label == 0 ? own : 0.0));
  const NumberLoss against = logit_loss(logit, 0.0);  // softplus(z) and sigmoid(z)
  const NumberLoss for_one = logit_loss(logit, 1.0);  // softplus(-z) and -sigmoid(-z)
  return {one * for_one.loss + zero * against.loss,
          one * for_one.gradient + zero * against.gradient};
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

// Does the loss of a single logit already contain the weight of its row?
bool weighs_its_shares(const BatchTargets& targets) {
  return targets.task == Task::kBinary && targets.label_smoothing > 0.0 &&
         !targets.class_weights.empty();
}

// The loss of output j of a row, for tasks that judge each output by itself.
NumberLoss number_loss(float z, const BatchTargets& targets, std::size_t row, std::size_t j) {
  if (targets.task == Task::kRegression) {
    return regression_loss(z, targets.values[row * targets.outputs + j], targets);
  }
  if (weighs_its_shares(targets)) {
    return weighted_smoothed_loss(z, targets.labels[row], targets);
  }
  const double t = targets.labels.empty()
                       ? static_cast<double>(targets.values[row * targets.outputs + j])
                       : static_cast<double>(targets.labels[row]);
  // Smoothing over K = 2 classes moves s / 2 of the target to the other class.
  return logit_loss(z, t * (1.0 - targets.label_smoothing) + 0.5 * targets.label_smoothing);
}

double weight_of_class(const BatchTargets& targets, std::size_t label) {
  return targets.class_weights.empty() ? 1.0 : targets.class_weights[label];
}

double weight_of(const BatchTargets& targets, std::size_t row) {
  return targets.labels.empty() ? 1.0 : weight_of_class(targets, targets.labels[row]);
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

// The part of a smoothed label's loss that is spread over all classes, s / K sum_j w_j (-ln p_j),
// as in PyTorch's cross_entropy. `least` is -ln p_label, from which the other terms follow without
// another logarithm: -ln p_j = least + z_label - z_j.
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

// Replaces the exponentials of a row (z_j = exp(logit_j - largest), `sum` of them) by the gradient
// for a smoothed label. With w the weight of the label's class and S the sum of all class weights,
//   dL/dz_j = ((1 - s) w (p_j - [j = label]) + s / K (S p_j - w_j)) / weight of the batch.
void smoothed_gradient(float* z,
                       std::size_t classes,
                       const BatchTargets& targets,
                       std::uint32_t label,
                       float sum,
                       double per_weight,
                       double all_weights) {
  const double s = targets.label_smoothing;
  const double each = s / static_cast<double>(classes);
  const double weight = weight_of_class(targets, label);
  for (std::size_t j = 0; j < classes; ++j) {
    const double p = static_cast<double>(z[j]) / static_cast<double>(sum);
    const double hit = j == label ? 1.0 : 0.0;
    z[j] =
        static_cast<float>(per_weight * ((1.0 - s) * weight * (p - hit) +
                                         each * (all_weights * p - weight_of_class(targets, j))));
  }
}

// Adds up to kLanes rows, which start at row `first` of the batch, to `total` and `predicted`.
// Reads the logits in `in` for smoothed labels, so they must not have been overwritten by then.
void add_rows(const LogitRows& in,
              const SoftmaxRows& rows,
              const BatchTargets& targets,
              std::size_t first,
              BatchLoss& total,
              std::span<std::uint32_t> predicted) {
  for (std::size_t i = 0; i < in.rows; ++i) {
    double loss = rows.loss[i];
    double of_all = 0.0;
    if (targets.label_smoothing > 0.0) {
      of_all = loss_of_all(in.z + i * in.stride, in.classes, loss, targets, in.labels[i]);
      loss *= 1.0 - targets.label_smoothing;
    }
    total.loss += weight_of(targets, first + i) * loss + of_all;
    total.correct += rows.predicted[i] == in.labels[i] ? 1U : 0U;
    if (!predicted.empty()) {
      predicted[first + i] = rows.predicted[i];
    }
  }
}

// Rows [first, first + kLanes) of a batch, or as many as remain.
LogitRows logit_rows(float* outputs,
                     std::size_t stride,
                     std::size_t width,
                     const BatchTargets& targets,
                     std::size_t first) {
  return {.z = outputs + first * stride,
          .rows = std::min(kLanes, targets.rows() - first),
          .stride = stride,
          .classes = width,
          .labels = targets.labels.data() + first};
}

void softmax_loss_gradient(float* outputs,
                           std::size_t stride,
                           std::size_t width,
                           const BatchTargets& targets,
                           BatchLoss& total) {
  const double per_weight = total.weight > 0.0 ? 1.0 / total.weight : 0.0;
  const bool smooth = targets.label_smoothing > 0.0;
  const double all_weights = smooth ? sum_of_class_weights(targets, width) : 0.0;
  for (std::size_t first = 0; first < targets.rows(); first += kLanes) {
    const LogitRows in = logit_rows(outputs, stride, width, targets, first);
    // Smoothing needs the logits for its loss, before the exponentials overwrite them. Without it,
    // one pass does both.
    if (smooth) {
      add_rows(in, softmax_rows(in), targets, first, total, {});
    }
    const SoftmaxRows rows = softmax_exponentials(in);
    if (!smooth) {
      add_rows(in, rows, targets, first, total, {});
    }
    for (std::size_t i = 0; i < in.rows; ++i) {
      float* z = in.z + i * stride;
      if (smooth) {
        smoothed_gradient(z, width, targets, in.labels[i], rows.sum[i], per_weight, all_weights);
        continue;
      }
      const auto share = static_cast<float>(weight_of(targets, first + i) * per_weight);
      const float scale = share / rows.sum[i];
      // share (p_j - [j = label]); the padding is 0 and stays so.
      for (std::size_t j = 0; j < stride; ++j) {
        z[j] *= scale;
      }
      z[in.labels[i]] -= share;
    }
  }
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
  if (targets.task == Task::kClassification) {
    for (std::size_t first = 0; first < targets.rows(); first += kLanes) {
      // softmax_rows() only reads; LogitRows is not const because softmax_exponentials() writes.
      const LogitRows in = logit_rows(const_cast<float*>(outputs), stride, width, targets, first);
      add_rows(in, softmax_rows(in), targets, first, total, predicted);
    }
    return total;
  }
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    const float* z = outputs + row * stride;
    double loss = 0.0;
    for (std::size_t j = 0; j < width; ++j) {
      loss += number_loss(z[j], targets, row, j).loss;
    }
    const double weight = weighs_its_shares(targets) ? 1.0 : weight_of(targets, row);
    total.loss += weight * loss / static_cast<double>(width);
    const std::uint32_t best = z[0] > 0.0F ? 1 : 0;
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
  if (targets.task == Task::kClassification) {
    softmax_loss_gradient(outputs, stride, width, targets, total);
    return total;
  }
  const double per_weight = total.weight > 0.0 ? 1.0 / total.weight : 0.0;
  const double per_output = 1.0 / static_cast<double>(width);
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    float* z = outputs + row * stride;
    const double weight = weighs_its_shares(targets) ? 1.0 : weight_of(targets, row);
    if (!targets.labels.empty()) {
      total.correct += (z[0] > 0.0F ? 1U : 0U) == targets.labels[row] ? 1U : 0U;
    }
    double loss = 0.0;
    for (std::size_t j = 0; j < width; ++j) {
      const NumberLoss result = number_loss(z[j], targets, row, j);
      loss += result.loss;
      z[j] = static_cast<float>(weight * per_weight * per_output * result.gradient);
    }
    total.loss += weight * loss * per_output;
    std::fill(z + width, z + stride, 0.0F);
  }
  return total;
}

}  // namespace hpsearch::nn
