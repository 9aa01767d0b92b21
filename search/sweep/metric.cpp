#include "search/sweep/metric.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hpsearch::search {
namespace {

constexpr double nn::EpochRecord::*field_of(std::string_view name) {
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    if (metric.name == name) {
      return metric.field;
    }
  }
  const nn::EpochColumn* column = nn::find_epoch_column(name);
  return column == nullptr ? nullptr : column->field;
}

constexpr MetricInfo info(std::string_view name, Goal goal, MetricScope scope) {
  return {name, goal, scope, field_of(name)};
}

constexpr std::array kMetrics{
    info("val_accuracy", Goal::kMaximize, MetricScope::kClasses),
    info("val_balanced_accuracy", Goal::kMaximize, MetricScope::kClasses),
    info("val_f1", Goal::kMaximize, MetricScope::kClasses),
    info("val_auc", Goal::kMaximize, MetricScope::kTwoClasses),
    info("val_rmse", Goal::kMinimize, MetricScope::kRegression),
    info("val_mae", Goal::kMinimize, MetricScope::kRegression),
    info("val_r2", Goal::kMaximize, MetricScope::kRegression),
    info("val_loss", Goal::kMinimize, MetricScope::kEveryTask),
    info("train_accuracy", Goal::kMaximize, MetricScope::kClasses),
    info("train_loss", Goal::kMinimize, MetricScope::kEveryTask),
};
static_assert(std::all_of(kMetrics.begin(), kMetrics.end(), [](const MetricInfo& metric) {
  return metric.field != nullptr;
}));

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

std::optional<double> Metric::finite_score(const nn::EpochRecord& record) const {
  const std::optional<double> found = value(record);
  return found && std::isfinite(*found) ? std::optional(score(*found)) : std::nullopt;
}

bool BestEpoch::is_better(double value, double loss) const {
  if (by_ == nn::BestBy::kLoss) {
    return std::isfinite(loss) && (!value_ || loss <= loss_);
  }
  return !value_ || metric_.score(value) < metric_.score(*value_);
}

bool BestEpoch::observe(const nn::EpochRecord& record) {
  const std::optional<double> value = metric_.value(record);
  if (!value || !std::isfinite(*value) || !is_better(*value, record.val_loss)) {
    return false;
  }
  value_ = value;
  loss_ = record.val_loss;
  epoch_ = record.epoch;
  return true;
}

}  // namespace hpsearch::search
