// What a sweep optimises.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nn/data/dataset.h"
#include "nn/training/epoch_record.h"

namespace hpsearch::search {

enum class Goal { kMinimize, kMaximize };

std::string_view to_text(Goal goal);

// What a task must be for the trainer to measure a metric.
enum class MetricScope { kEveryTask, kClasses, kTwoClasses, kRegression };

// A metric that the trainer measures each epoch.
struct MetricInfo {
  std::string_view name;
  Goal goal;  // what one wants of it
  MetricScope scope;
  double nn::EpochRecord::*field;

  // Is it measured on this data?
  bool measured_on(const nn::Dataset& dataset) const;
};

std::span<const MetricInfo> metric_table();
const MetricInfo* find_metric(std::string_view name);

struct Metric {
  std::string name = "val_accuracy";
  Goal goal = Goal::kMaximize;

  // The metric's number in this record. Requires a name of the table.
  double value(const nn::EpochRecord& record) const;
  // The value signed so that lower is better.
  double score(double value) const { return goal == Goal::kMinimize ? value : -value; }
};

// What a sweep on this data optimises where its file does not say: val_accuracy of classes,
// val_loss of a regression.
Metric default_metric(const nn::Dataset& dataset);

// The best epoch so far: the first of equal ones.
class BestEpoch {
 public:
  explicit BestEpoch(Metric metric) : metric_(std::move(metric)) {}

  // Epochs whose value is not finite are passed over.
  void observe(const nn::EpochRecord& record);

  std::optional<double> value() const { return value_; }
  int epoch() const { return epoch_; }  // 0: none yet

 private:
  Metric metric_;
  std::optional<double> value_;
  int epoch_ = 0;
};

}  // namespace hpsearch::search
