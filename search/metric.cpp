#include "search/metric.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hpsearch::search {
namespace {

constexpr std::array kMetrics{
    MetricInfo{"val_accuracy", Goal::kMaximize, &nn::EpochRecord::val_accuracy},
    MetricInfo{"val_loss", Goal::kMinimize, &nn::EpochRecord::val_loss},
    MetricInfo{"train_accuracy", Goal::kMaximize, &nn::EpochRecord::train_accuracy},
    MetricInfo{"train_loss", Goal::kMinimize, &nn::EpochRecord::train_loss},
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

double Metric::value(const nn::EpochRecord& record) const {
  return record.*(find_metric(name)->field);
}

void BestEpoch::observe(const nn::EpochRecord& record) {
  const double value = metric_.value(record);
  if (std::isfinite(value) && (!value_ || metric_.score(value) < metric_.score(*value_))) {
    value_ = value;
    epoch_ = record.epoch;
  }
}

}  // namespace hpsearch::search
