// The losses of a batch and their gradients. The task says which: softmax cross-entropy over the
// classes, binary cross-entropy on one logit, or the squared error of one number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/dataset.h"

namespace hpsearch::nn {

// What the first rows of a batch should give.
struct BatchTargets {
  Task task = Task::kClassification;
  std::span<const std::uint32_t> labels{};  // (rows); of classification and binary
  std::span<const float> values{};          // (rows); of regression, in training units
  // (classes) what a row of each class weighs, 0 or more; empty: each row weighs 1. Not for
  // regression.
  std::span<const double> class_weights{};

  std::size_t rows() const { return task == Task::kRegression ? values.size() : labels.size(); }
};

// Sums over the rows of a batch; the mean loss is loss / weight.
struct BatchLoss {
  double loss = 0.0;        // of each row its weight times its loss
  double weight = 0.0;      // of the rows; their number where they are not weighted
  std::size_t correct = 0;  // rows whose class was predicted, each as 1; 0 for regression
};

// The loss of the first targets.rows() rows of `outputs` (rows of `stride` floats, the first
// `width` of them used):
//   classification: ln(sum_j exp(z_j)) - z_label, with the row's maximum taken out. The predicted
//     class is the largest logit's, the first of equals.
//   binary: ln(1 + exp(z)) - z label, as max(z, 0) - z label + ln(1 + exp(-|z|)). The predicted
//     class is 1 where z > 0.
//   regression: (z - value)^2.
// No finite output overflows; one that is not finite makes the loss NaN. `predicted`, if it is not
// empty, receives the class of each row; requires as many places then.
BatchLoss batch_loss(const float* outputs,
                     std::size_t stride,
                     std::size_t width,
                     const BatchTargets& targets,
                     std::span<std::uint32_t> predicted = {});

// The same, and replaces each of these rows by the gradient of the mean loss: with share =
// weight of the row / weight of the batch, share (softmax(z) - onehot), share (sigmoid(z) - label),
// or 2 share (z - value), as PyTorch's losses have it with reduction='mean'. The padding becomes
// zero. A batch that weighs nothing has no loss and a zero gradient.
BatchLoss batch_loss_gradient(float* outputs,
                              std::size_t stride,
                              std::size_t width,
                              const BatchTargets& targets);

}  // namespace hpsearch::nn
