#include "search/sweep/metric.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hpsearch::search {
namespace {

using Record = nn::EpochRecord;

constexpr std::array kMetrics{
    MetricInfo{"val_accuracy", Goal::kMaximize, MetricScope::kClasses, &Record::val_accuracy},
    MetricInfo{"val_balanced_accuracy", Goal::kMaximize, MetricScope::kClasses,
               &Record::val_balanced_accuracy},
    MetricInfo{"val_f1", Goal::kMaximize, MetricScope::kClasses, &Record::val_f1},
    MetricInfo{"val_auc", Goal::kMaximize, MetricScope::kTwoClasses, &Record::val_auc},
    MetricInfo{"val_rmse", Goal::kMinimize, MetricScope::kRegression, &Record::val_rmse},
    MetricInfo{"val_mae", Goal::kMinimize, MetricScope::kRegression, &Record::val_mae},
    MetricInfo{"val_r2", Goal::kMaximize, MetricScope::kRegression, &Record::val_r2},
    MetricInfo{"val_loss", Goal::kMinimize, MetricScope::kEveryTask, &Record::val_loss},
    MetricInfo{"train_accuracy", Goal::kMaximize, MetricScope::kClasses, &Record::train_accuracy},
    MetricInfo{"train_loss", Goal::kMinimize, MetricScope::kEveryTask, &Record::train_loss},
};

}  // namespace

std::string_view to_text(Goal goal) {
  return goal == Goal::kMinimize ? "minimize" : "maximize";
}

std::span<const MetricInfo> metric_table() {
  return kMetrics;
}

const MetricInfo* find_metric(std::string_view name) {
  const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                   [&](const MetricInfo& m) { return m.name == name; });
  return found == kMetrics.end() ? nullptr : found;
}

bool MetricInfo::measured_on(const nn::Dataset& dataset) const {
  const bool regression = dataset.task == nn::Task::kRegression;
  switch (scope) {
    case MetricScope::kClasses:
      return !regression;
    case MetricScope::kTwoClasses:
      return !regression && dataset.classes == 2;
    case MetricScope::kRegression:
      return regression;
    case MetricScope::kEveryTask:
      break;
  }
  return true;
}

Metric default_metric(const nn::Dataset& dataset) {
  return dataset.task == nn::Task::kRegression ? Metric{"val_loss", Goal::kMinimize} : Metric{};
}

std::optional<double> Metric::value(const nn::EpochRecord& record) const {
  if (const MetricInfo* info = find_metric(name)) {
    return record.*info->field;
  }
  // The series is in order of time, so the last entry is the one that holds after the epoch.
  const auto last = std::find_if(record.series.rbegin(), record.series.rend(),
                                 [&](const nn::SeriesValue& entry) { return entry.name == name; });
  return last == record.series.rend() ? std::nullopt : std::optional(last->value);
}

bool BestEpoch::observe(const nn::EpochRecord& record) {
  const std::optional<double> value = metric_.value(record);
  const bool better =
      value && std::isfinite(*value) && (!value_ || metric_.score(*value) < metric_.score(*value_));
  if (better) {
    value_ = value;
    epoch_ = record.epoch;
  }
  return better;
}

}  // namespace hpsearch::search
