#include "nn/model/model_judge.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/training/batch_loader.h"
#include "nn/training/meter.h"

namespace hpsearch::nn {

std::vector<float> trivial_outputs(const ModelTarget& target) {
  std::vector<float> outputs;
  if (target.task == Task::kRegression) {
    for (std::size_t t = 0; t < target.scaling.size(); ++t) {
      outputs.push_back(target.scaling[t].in_training_units(target.training_mean[t]));
    }
    return outputs;
  }
  // A class without rows counts for a tenth of one: the loss of its rows stays finite.
  constexpr double kLeast = 0.1;
  for (const std::size_t rows : target.class_rows) {
    outputs.push_back(static_cast<float>(std::log(std::max(static_cast<double>(rows), kLeast))));
  }
  if (target.task == Task::kBinary) {
    return {outputs[1] - outputs[0]};
  }
  return outputs;
}

struct ModelJudge::Impl {
  Impl(const TrainedModel& trained, Scope what)
      : model(trained),
        scope(what),
        block(std::make_shared<Dataset>()),
        data(begin_data()),
        ours(data),
        trivial(data),
        tally(data, 0, trained.target.threshold),
        regression(regression_loss(trained.settings)),
        width(trained.target.outputs()),
        trivial_row(trivial_outputs(trained.target)) {
    ours.begin();
    trivial.begin();
  }

  // The rows of each block take the place of those before.
  TrainingData begin_data() const {
    block->task = model.target.task;
    block->classes = model.target.classes.size();
    block->outputs = model.target.targets();
    TrainingData training;
    training.dataset = block;
    training.targets = model.target.scaling;
    return training;
  }

  BatchTargets targets_of(const Dataset& rows, std::size_t first, std::size_t count) {
    if (model.target.task != Task::kRegression) {
      return {.task = model.target.task, .labels = std::span(rows.labels).subspan(first, count)};
    }
    const std::size_t outputs = model.target.scaling.size();
    values.resize(count * outputs);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] =
          model.target.scaling[i % outputs].in_training_units(rows.targets[first * outputs + i]);
    }
    return {.task = Task::kRegression,
            .values = values,
            .outputs = outputs,
            .regression = regression,
            .huber_delta = model.settings.huber_delta};
  }

  void count(Meter& meter,
             const BatchTargets& targets,
             std::span<const std::uint32_t> rows,
             const float* outputs,
             std::size_t stride) {
    predicted.resize(model.target.task == Task::kRegression ? 0 : rows.size());
    const BatchLoss loss = batch_loss(outputs, stride, width, targets, predicted);
    meter.add(loss, rows, predicted, outputs, stride);
  }

  const TrainedModel& model;
  Scope scope;
  std::size_t judged = 0;
  std::shared_ptr<Dataset> block;  // the targets of the rows that are being added
  TrainingData data;
  Meter ours;
  Meter trivial;
  PredictionTally tally;
  RegressionLoss regression;
  std::size_t width;  // outputs
  std::vector<float> trivial_row;
  FloatBuffer trivial_outputs_of_rows;
  std::vector<float> values;
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> predicted;
};

ModelJudge::ModelJudge(const TrainedModel& model, Scope scope)
    : impl_(std::make_unique<Impl>(model, scope)) {}

ModelJudge::~ModelJudge() = default;

void ModelJudge::add(const Dataset& rows,
                     std::size_t first,
                     std::size_t count,
                     const float* outputs,
                     std::size_t stride) {
  const ComputeThread guard;
  Impl& j = *impl_;
  if (first == 0) {
    j.block->labels = rows.labels;
    j.block->targets = rows.targets;
  }
  j.numbers.resize(count);
  std::iota(j.numbers.begin(), j.numbers.end(), static_cast<std::uint32_t>(first));
  const BatchTargets targets = j.targets_of(rows, first, count);
  j.count(j.ours, targets, j.numbers, outputs, stride);
  j.judged += count;
  if (j.scope == Scope::kModel) {
    return;
  }
  j.tally.add(j.numbers, outputs, stride);
  if (j.trivial_outputs_of_rows.size() < count * stride) {
    j.trivial_outputs_of_rows.resize(count * stride);
    for (std::size_t row = 0; row < count; ++row) {
      std::copy(j.trivial_row.begin(), j.trivial_row.end(),
                j.trivial_outputs_of_rows.begin() + static_cast<std::ptrdiff_t>(row * stride));
    }
  }
  j.count(j.trivial, targets, j.numbers, j.trivial_outputs_of_rows.data(), stride);
}

std::size_t ModelJudge::rows() const {
  return impl_->judged;
}

Evaluation ModelJudge::result() {
  return impl_->ours.result();
}

Evaluation ModelJudge::baseline() {
  return impl_->trivial.result();
}

std::vector<ConfusionCount> ModelJudge::confusion() const {
  return impl_->tally.confusion();
}

}  // namespace hpsearch::nn
