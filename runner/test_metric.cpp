#include "runner/test_metric.h"

#include "nn/trainer.h"

namespace hpsearch::runner {

std::optional<std::vector<storage::MetricRow>> test_metrics(const TrialTask& task,
                                                            int best_epoch,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop) {
  nn::Trainer trainer(nn::make_settings(task.settings), data, task.seed, stop);
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
  return std::vector<storage::MetricRow>{{best_epoch, "test_accuracy", test->accuracy},
                                         {best_epoch, "test_loss", test->loss}};
}

}  // namespace hpsearch::runner
