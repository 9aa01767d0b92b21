#include "runner/test_metric.h"

#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "nn/trainer.h"

namespace hpsearch::runner {

std::optional<std::vector<storage::MetricRow>> test_metrics(const TrialTask& task,
                                                            int best_epoch,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop) {
  nn::Trainer trainer(nn::make_settings(task.settings), data, task.seed, stop);
  trainer.look_into(nn::Diagnostics::kNone);
  for (int epoch = 1; epoch <= best_epoch; ++epoch) {
    const auto record = trainer.train_epoch(stop);
    if (!record) {
      return std::nullopt;
    }
    require_same(task.number, task.stored, *record);
  }
  const auto test = trainer.evaluate(data.split.test, stop);
  if (!test) {
    return std::nullopt;
  }
  std::vector<storage::MetricRow> rows{{best_epoch, "test_loss", test->loss}};
  auto add = [&](const std::string& name, double value) {
    if (!std::isnan(value)) {
      rows.push_back({best_epoch, name, value});
    }
  };
  add("test_accuracy", test->accuracy);
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    constexpr std::string_view kPart = "val_";
    add(fmt::format("test_{}", metric.name.substr(kPart.size())), (*test).*metric.source);
  }
  return rows;
}

}  // namespace hpsearch::runner
