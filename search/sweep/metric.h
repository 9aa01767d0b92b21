// The metric that a sweep optimises.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nn/data/dataset.h"
#include "nn/settings/settings.h"
#include "nn/training/epoch_record.h"

namespace hpsearch::search {

enum class Goal { kMinimize, kMaximize };

std::string_view to_text(Goal goal);

// The tasks for which the trainer measures a metric.
enum class MetricScope { kEveryTask, kClasses, kTwoClasses, kRegression };

// A metric that the trainer measures after each epoch.
struct MetricInfo {
  std::string_view name;
  Goal goal;  // which direction is better
  MetricScope scope;
  double nn::EpochRecord::*field;

  // True if the trainer measures it on this data.
  bool measured_on(const nn::Dataset& dataset) const;
};

std::span<const MetricInfo> metric_table();
// Null if there is no such metric.
const MetricInfo* find_metric(std::string_view name);

// What people who come from log loss call val_loss; a sweep that is given it stores val_loss.
inline constexpr std::string_view kLogLoss = "val_log_loss";

struct Metric {
  std::string name = "val_accuracy";
  Goal goal = Goal::kMaximize;

  // The metric's value in this record: a field of the table, else the last entry of the series with
  // this name. Empty if the record has neither.
  std::optional<double> value(const nn::EpochRecord& record) const;
  // The score of an epoch; empty without a finite value.
  std::optional<double> finite_score(const nn::EpochRecord& record) const;
  // The value with its sign chosen so that lower is better.
  double score(double value) const { return goal == Goal::kMinimize ? value : -value; }
};

// The default for this data if the sweep file names no metric: val_accuracy for classification,
// val_loss for regression.
Metric default_metric(const nn::Dataset& dataset);

// Tracks the best epoch so far. Of equal ones the first wins by the metric, and the last by the
// loss: a loss that stays at its floor keeps a longer training, whose later epochs have the calmer
// weights of a fallen learning rate.
class BestEpoch {
 public:
  explicit BestEpoch(Metric metric, nn::BestBy by = nn::BestBy::kMetric)
      : metric_(std::move(metric)), by_(by) {}

  // True if this epoch is now the best. Skips epochs without a finite value, and by the loss those
  // without a finite validation loss.
  bool observe(const nn::EpochRecord& record);

  // The metric in the best epoch.
  std::optional<double> value() const { return value_; }
  int epoch() const { return epoch_; }  // 0: none yet

 private:
  bool is_better(double value, double loss) const;

  Metric metric_;
  nn::BestBy by_;
  std::optional<double> value_;
  double loss_ = 0.0;  // of the best epoch
  int epoch_ = 0;
};

}  // namespace hpsearch::search
