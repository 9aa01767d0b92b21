// The measurements of one training epoch.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "nn/training/evaluation.h"

namespace hpsearch::nn {

// One number of a series without a field of its own. `epoch` is usually that of the record; 0 means
// before the first epoch, and pre-training counts its own epochs.
struct SeriesValue {
  int epoch = 0;
  std::string name;
  double value = 0.0;
};

// Losses are means per row without penalties: in nats for cross-entropy, in training units for
// regression. Accuracies are fractions in [0, 1], and NaN for regression.
struct EpochRecord {
  int epoch = 0;            // from 1
  double train_loss = 0.0;  // mean over the epoch's rows in training mode, each before the update
                            // of its batch; weighted by the class weights
  double train_accuracy = 0.0;  // likewise, never weighted
  double val_loss = 0.0;        // after the epoch, in evaluation mode; never weighted
  double val_accuracy = 0.0;    // likewise
  double learning_rate = 0.0;   // of the epoch's last update
  double grad_norm = 0.0;       // L2 norm of the gradient of loss + penalty, over all parameters
  double weight_norm = 0.0;     // L2 norm of all weights, without biases, after the epoch
  double update_ratio = 0.0;    // L2 norm of an update of the weights / L2 norm of the weights
  double seconds = 0.0;         // wall time, including validation
  // grad_norm and update_ratio belong to the epoch's last full batch, since the gradient of a short
  // one is noisier. There is always a full one: a batch is at most all training rows.

  // More metrics of the validation part (evaluation.h); NaN if the task does not define them.
  double val_balanced_accuracy = kUndefined;
  double val_f1 = kUndefined;
  double val_auc = kUndefined;
  double val_rmse = kUndefined;
  double val_mae = kUndefined;
  double val_r2 = kUndefined;

  // By a program, which reports what it likes: a number that is NaN here is one that it has not
  // reported, or not finite.
  bool reported = false;
  // Nothing but further series of an epoch that has been recorded.
  bool addition = false;

  // Everything else: `initial_loss` before the first epoch, `penalty` if there is one,
  // `pretrain_error_N` of each layer, and the diagnostics of diagnostics.h.
  std::vector<SeriesValue> series = {};

  // True if a loss is infinite or NaN. A program decides itself when it has failed.
  bool diverged() const;
};

// A number that every epoch has.
struct EpochColumn {
  // What else holds of it: an accuracy is NaN for regression, and a time never repeats itself.
  enum class Role { kResult, kAccuracy, kTime };

  std::string_view name;  // in the database, in reports and in exports
  double EpochRecord::*field;
  Role role = Role::kResult;
};

// All of them, in the order of the record and of the database's table `epochs`.
inline constexpr std::array kEpochColumns{
    EpochColumn{"train_loss", &EpochRecord::train_loss},
    EpochColumn{"train_accuracy", &EpochRecord::train_accuracy, EpochColumn::Role::kAccuracy},
    EpochColumn{"val_loss", &EpochRecord::val_loss},
    EpochColumn{"val_accuracy", &EpochRecord::val_accuracy, EpochColumn::Role::kAccuracy},
    EpochColumn{"learning_rate", &EpochRecord::learning_rate},
    EpochColumn{"grad_norm", &EpochRecord::grad_norm},
    EpochColumn{"weight_norm", &EpochRecord::weight_norm},
    EpochColumn{"update_ratio", &EpochRecord::update_ratio},
    EpochColumn{"seconds", &EpochRecord::seconds, EpochColumn::Role::kTime},
};

// Null where there is no such column.
constexpr const EpochColumn* find_epoch_column(std::string_view name) {
  for (const EpochColumn& column : kEpochColumns) {
    if (column.name == name) {
      return &column;
    }
  }
  return nullptr;
}

// A metric of the validation part, with its name in the database and in reports.
struct EpochMetric {
  std::string_view name;  // "val_f1"
  double EpochRecord::*field;
  double Evaluation::*source;
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
