// The metrics of an evaluation by their names: those of the sweep file without "val_".
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "nn/training/epoch_record.h"
#include "nn/training/evaluation.h"

namespace hpsearch::nn {

struct MetricValue {
  std::string name;  // "loss", "accuracy", "rmse"
  double value = 0.0;
};

// "accuracy" of "val_accuracy", "train_accuracy" and "test_accuracy".
inline std::string_view bare_metric(std::string_view name) {
  for (const std::string_view part : {"val_", "train_", "test_"}) {
    if (name.starts_with(part)) {
      return name.substr(part.size());
    }
  }
  return name;
}

// The loss, then what else the task defines.
inline std::vector<MetricValue> defined_metrics(const Evaluation& evaluation) {
  std::vector<MetricValue> values{{"loss", evaluation.loss}};
  const auto add = [&](std::string_view name, double value) {
    if (!std::isnan(value)) {
      values.push_back({std::string(name), value});
    }
  };
  add("accuracy", evaluation.accuracy);
  for (const EpochMetric& metric : kEpochMetrics) {
    add(bare_metric(metric.name), evaluation.*metric.source);
  }
  return values;
}

// The field of a bare name; that of the loss for any other name.
inline double Evaluation::*metric_field(std::string_view name) {
  if (name == "accuracy") {
    return &Evaluation::accuracy;
  }
  for (const EpochMetric& metric : kEpochMetrics) {
    if (bare_metric(metric.name) == name) {
      return metric.source;
    }
  }
  return &Evaluation::loss;
}

// Is it a bare name of a metric?
inline bool is_metric(std::string_view name) {
  return name == "loss" || metric_field(name) != &Evaluation::loss;
}

inline bool is_error(std::string_view bare_name) {
  return bare_name == "loss" || bare_name == "rmse" || bare_name == "mae";
}

}  // namespace hpsearch::nn
