// What one epoch of training measured.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "nn/training/evaluation.h"

namespace hpsearch::nn {

// One number of a series that has no field of its own. `epoch` is mostly the record's; 0 says
// before the first.
struct SeriesValue {
  int epoch = 0;
  std::string name;
  double value = 0.0;
};

// Losses are the mean data term per sample, in nats for cross-entropy, in training units for
// squared errors. Accuracies are fractions, undefined (NaN) for regression.
struct EpochRecord {
  int epoch = 0;            // from 1
  double train_loss = 0.0;  // mean over the epoch's samples, in training mode, before each update;
                            // with class weights the weighted mean
  double train_accuracy = 0.0;  // likewise, never weighted
  double val_loss = 0.0;        // after the epoch, in evaluation mode; never weighted
  double val_accuracy = 0.0;    // likewise
  double learning_rate = 0.0;   // of the epoch's last update
  double grad_norm = 0.0;       // L2 norm of the gradient of loss + penalty, all weights and biases
  double weight_norm = 0.0;     // L2 norm of all weights (not biases), after the epoch
  double update_ratio = 0.0;    // L2 norm of an update of the weights / L2 norm of the weights
  double seconds = 0.0;         // wall time, validation included
  // grad_norm and update_ratio are taken at the epoch's last full batch, or at its only batch where
  // none is full: a short batch's gradient is noisier than its neighbours'.

  // The further metrics of the validation part (evaluation.h); NaN where the task has them not.
  double val_balanced_accuracy = kUndefined;
  double val_f1 = kUndefined;
  double val_auc = kUndefined;
  double val_rmse = kUndefined;
  double val_mae = kUndefined;
  double val_r2 = kUndefined;

  // What else was measured: `initial_loss` before the first epoch, `penalty` where there is one,
  // and the diagnostics of diagnostics.h.
  std::vector<SeriesValue> series = {};

  // An infinite or undefined loss: the trial has diverged.
  bool diverged() const;
};

// A further metric: measured like the others, kept under its name beside the epoch's columns.
struct EpochMetric {
  std::string_view name;  // "val_f1"
  double EpochRecord::*field;
  double Evaluation::*source;  // of the validation part
};

inline constexpr std::array kEpochMetrics{
    EpochMetric{"val_balanced_accuracy", &EpochRecord::val_balanced_accuracy,
                &Evaluation::balanced_accuracy},
    EpochMetric{"val_f1", &EpochRecord::val_f1, &Evaluation::f1},
    EpochMetric{"val_auc", &EpochRecord::val_auc, &Evaluation::auc},
    EpochMetric{"val_rmse", &EpochRecord::val_rmse, &Evaluation::rmse},
    EpochMetric{"val_mae", &EpochRecord::val_mae, &Evaluation::mae},
    EpochMetric{"val_r2", &EpochRecord::val_r2, &Evaluation::r2},
};

}  // namespace hpsearch::nn
