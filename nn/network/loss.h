// The losses of a batch and their gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// Of a regression. In the order of the table of settings, after cross_entropy.
enum class RegressionLoss {
  kSquared,   // e^2
  kAbsolute,  // |e|
  kHuber      // e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2) (Huber 1964)
};

// What the first rows of a batch should give, and how a miss is judged.
struct BatchTargets {
  Task task = Task::kClassification;
  std::span<const std::uint32_t> labels{};  // (rows); of classification and binary
  // (rows, outputs), in training units; of regression. Of binary with several outputs 0 or 1, where
  // there are no labels.
  std::span<const float> values{};
  std::size_t outputs = 1;  // of values
  // (classes) what a row of each class weighs, 0 or more; empty: each row weighs 1. Not for
  // regression.
  std::span<const double> class_weights{};
  // Of classes: the target becomes 1 - s for the label and s / K more for each of K classes
  // (Szegedy et al. 2016); with class weights that share has the weight of its own class.
  double label_smoothing = 0.0;
  RegressionLoss regression = RegressionLoss::kSquared;
  double huber_delta = 1.0;

  std::size_t rows() const { return labels.empty() ? values.size() / outputs : labels.size(); }
};

// Sums over the rows of a batch; the mean loss is loss / weight.
struct BatchLoss {
  double loss = 0.0;        // of each row its weight times its loss
  double weight = 0.0;      // of the rows; their number where they are not weighted
  std::size_t correct = 0;  // rows whose class was predicted, each as 1; 0 for regression
};

// The loss of the first targets.rows() rows of `outputs` (rows of `stride` floats, a multiple of
// 16, of which the first `width` are used):
//   classification: -sum_j t_j ln softmax(z)_j, with the row's maximum taken out; without smoothing
//     ln(sum_j exp(z_j)) - z_label. The predicted class is the largest logit's, the first of
//     equals.
//   binary: ln(1 + exp(z)) - z t, as max(z, 0) - z t + ln(1 + exp(-|z|)); of several outputs the
//     mean. The predicted class is 1 where z > 0.
//   regression: as `regression` says of z - value; of several outputs the mean.
// No finite output overflows; one that is not finite makes the loss NaN. `predicted`, if it is not
// empty, receives the class of each row; requires labels, and as many places as rows.
BatchLoss batch_loss(const float* outputs,
                     std::size_t stride,
                     std::size_t width,
                     const BatchTargets& targets,
                     std::span<std::uint32_t> predicted = {});

// The same, and replaces each of these rows by the gradient of the mean loss, as PyTorch's losses
// have it with reduction='mean': with share = weight of the row / weight of the batch,
// share (softmax(z) - t) or, of several outputs the mean, share (sigmoid(z) - t), 2 share (z - v),
// share sign(z - v), share clamp(z - v, -delta, delta). The padding becomes zero. A batch that
// weighs nothing has no loss and a zero gradient.
BatchLoss batch_loss_gradient(float* outputs,
                              std::size_t stride,
                              std::size_t width,
                              const BatchTargets& targets);

}  // namespace hpsearch::nn
