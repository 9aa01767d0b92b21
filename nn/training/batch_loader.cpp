#include "nn/training/batch_loader.h"

#include <algorithm>

#include "nn/base/profile.h"
#include "nn/data/gather.h"
#include "nn/training/class_weights.h"

namespace hpsearch::nn {
RegressionLoss regression_loss(const Settings& settings) {
  switch (settings.loss.value_or(LossKind::kMse)) {
    case LossKind::kL1:
      return RegressionLoss::kAbsolute;
    case LossKind::kHuber:
      return RegressionLoss::kHuber;
    case LossKind::kCrossEntropy:
    case LossKind::kMse:
      break;
  }
  return RegressionLoss::kSquared;
}

std::size_t rows_of_batch(const Settings& settings, const TrainingData& data) {
  const std::size_t all = data.split.train.size();
  return settings.batch_size ? std::min(static_cast<std::size_t>(*settings.batch_size), all) : all;
}

BatchLoader::BatchLoader(const Settings& settings, const TrainingData& data)
    : data_(data),
      regression_(regression_loss(settings)),
      huber_delta_(settings.huber_delta),
      label_smoothing_(settings.label_smoothing),
      class_weights_(weights_of_classes(settings.class_weights, data)) {}

BatchTargets BatchLoader::for_evaluation(std::span<const std::uint32_t> rows, Mlp& network) {
  const ProfileMark mark(Phase::kGather);
  const Dataset& dataset = *data_.dataset;
  // In bfloat16, gathering rounds on the way, which saves a pass over the inputs.
  if (network.rounded_inputs().empty()) {
    gather_rows(dataset, data_.scaling, rows, network.inputs().data(), network.input_stride());
  } else {
    gather_rows(dataset, data_.scaling, rows, network.rounded_inputs().data(),
                network.input_stride());
  }
  if (dataset.task == Task::kRegression) {
    gather_targets(data_, rows, values_);
    return {.task = dataset.task,
            .values = values_,
            .outputs = dataset.outputs,
            .regression = regression_,
            .huber_delta = huber_delta_};
  }
  labels_.resize(rows.size());
  std::transform(rows.begin(), rows.end(), labels_.begin(),
                 [&](std::uint32_t row) { return dataset.labels[row]; });
  return {.task = dataset.task, .labels = labels_};
}

BatchTargets BatchLoader::for_training(std::span<const std::uint32_t> rows, Mlp& network) {
  BatchTargets targets = for_evaluation(rows, network);
  if (targets.task != Task::kRegression) {
    targets.class_weights = class_weights_;
    targets.label_smoothing = label_smoothing_;
  }
  return targets;
}

}  // namespace hpsearch::nn
