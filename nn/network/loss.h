// The losses of a batch and their gradients. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// Losses of a regression, with e = output - target.
enum class RegressionLoss {
  kSquared,   // e^2
  kAbsolute,  // |e|
  kHuber      // e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2) (Huber 1964)
};

// The targets of the first rows of a batch, and the loss to judge them by.
struct BatchTargets {
  Task task = Task::kClassification;
  std::span<const std::uint32_t> labels{};  // (rows), for classification and binary
  // (rows x outputs): for regression, targets in training units; for binary with several outputs,
  // which has no labels, 0 or 1.
  std::span<const float> values{};
  std::size_t outputs = 1;  // columns of values
  // (classes): the weight of a row of each class, 0 or more. Empty: every row has the weight 1.
  // Must be empty for regression.
  std::span<const double> class_weights{};
  // s in [0, 1), for classes: the target is 1 - s for the label plus s / K for each of K classes
  // (Szegedy et al. 2016, section 7). With class weights, each of these K shares is weighted by its
  // own class, as in PyTorch.
  double label_smoothing = 0.0;
  RegressionLoss regression = RegressionLoss::kSquared;
  double huber_delta = 1.0;  // above 0

  std::size_t rows() const { return labels.empty() ? values.size() / outputs : labels.size(); }
};

// Sums over the rows of a batch; the mean loss is loss / weight.
struct BatchLoss {
  double loss = 0.0;        // weight times loss of each row
  double weight = 0.0;      // weight of each row; the number of rows if there are no class weights
  std::size_t correct = 0;  // rows with the right class, never weighted; 0 for regression
};

// The loss of the first targets.rows() rows of `outputs`, a matrix with rows of `stride` floats (a
// multiple of 16), of which the first `width` are the outputs z:
//   classification: -sum_j t_j ln softmax(z)_j, which is ln(sum_j exp(z_j)) - z_label without
//     smoothing. The predicted class has the largest logit, the first one if several are equal.
//   binary: ln(1 + exp(z)) - z t, the mean over several outputs. The predicted class is 1 if z > 0.
//     Weights and smoothing give the loss of a softmax over the two classes, so the task's name
//     changes no loss.
//   regression: targets.regression of z - value, the mean over several outputs.
// Finite outputs never overflow; an output that is not finite makes the loss NaN. `predicted`,
// unless empty, receives the class of each row; it requires labels and must have one element per
// row.
BatchLoss batch_loss(const float* outputs,
                     std::size_t stride,
                     std::size_t width,
                     const BatchTargets& targets,
                     std::span<std::uint32_t> predicted = {});

// The same loss, and overwrites these rows of `outputs` with the gradient of the mean loss, like
// PyTorch's losses with reduction='mean'. With share = weight of the row / weight of the batch:
//   classification: share (softmax(z) - t)
//   binary: share / width (sigmoid(z) - t)
//   regression: share / width times 2 (z - v), sign(z - v) or clamp(z - v, -delta, delta) for the
//     squared, absolute and Huber loss
// The padding becomes zero. A batch with the weight 0 has the loss 0 and a zero gradient.
BatchLoss batch_loss_gradient(float* outputs,
                              std::size_t stride,
                              std::size_t width,
                              const BatchTargets& targets);

}  // namespace hpsearch::nn
