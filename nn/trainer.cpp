#include "nn/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "nn/class_weights.h"
#include "nn/compute_thread.h"
#include "nn/meter.h"
#include "nn/mlp.h"
#include "nn/random.h"
#include "nn/sgd.h"

namespace hpsearch::nn {

bool EpochRecord::diverged() const {
  return !std::isfinite(train_loss) || !std::isfinite(val_loss);
}

struct Trainer::Impl {
  Impl(const Settings& settings,
       const TrainingData& training_data,
       std::uint64_t trial_seed,
       const std::stop_token& stop)
      : data(training_data),
        seed(settings.seed.value_or(trial_seed)),
        learning_rate(settings.learning_rate),
        class_weights(weights_of_classes(settings.class_weights, data)),
        network(settings,
                data.dataset->columns,
                network_outputs(*data.dataset),
                std::min(static_cast<std::size_t>(settings.batch_size), data.split.train.size()),
                seed,
                stop),
        optimizer(settings, network.layers()),
        meter(data) {}

  // Puts the features of `rows` into the network and gathers what it should say of them. Good until
  // the next call.
  BatchTargets load(std::span<const std::uint32_t> rows) {
    const Dataset& dataset = *data.dataset;
    gather_rows(dataset, data.scaling, rows, network.inputs().data(), network.input_stride());
    if (dataset.task == Task::kRegression) {
      values.resize(rows.size());
      std::transform(rows.begin(), rows.end(), values.begin(), [&](std::uint32_t row) {
        return data.target.in_training_units(dataset.targets[row]);
      });
      return {.task = dataset.task, .values = values};
    }
    labels.resize(rows.size());
    std::transform(rows.begin(), rows.end(), labels.begin(),
                   [&](std::uint32_t row) { return dataset.labels[row]; });
    return {.task = dataset.task, .labels = labels};
  }

  const TrainingData& data;
  std::uint64_t seed;
  double learning_rate;
  std::vector<double> class_weights;
  Mlp network;
  Sgd optimizer;
  Meter meter;
  int epochs_done = 0;
  std::uint32_t steps_done = 0;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> labels;
  std::vector<float> values;
  std::vector<std::uint32_t> predicted;
};

Trainer::Trainer(const Settings& settings,
                 const TrainingData& data,
                 std::uint64_t trial_seed,
                 const std::stop_token& stop) {
  const ComputeThread guard;
  impl_ = std::make_unique<Impl>(settings, data, trial_seed, stop);
}

Trainer::~Trainer() = default;

const Mlp& Trainer::network() const {
  return impl_->network;
}

std::optional<EpochRecord> Trainer::train_epoch(const std::stop_token& stop) {
  const ComputeThread guard;
  const auto begin = std::chrono::steady_clock::now();
  Impl& t = *impl_;
  EpochRecord record;
  record.epoch = ++t.epochs_done;
  record.learning_rate = t.learning_rate;

  // From the ascending order each time: the order is a function of (seed, epoch), not of history.
  t.order = t.data.split.train;
  Stream stream(t.seed, Purpose::kShuffle, 0, static_cast<std::uint32_t>(record.epoch));
  shuffle(t.order, stream);

  const std::size_t rows = t.order.size();
  const std::size_t batch = t.network.batch_rows();
  const std::size_t last_full = rows / batch * batch - batch;  // batch <= rows: there is a full one
  BatchLoss total;
  std::size_t seen = 0;
  for (std::size_t start = 0; start < rows && std::isfinite(total.loss); start += batch) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    BatchTargets targets = t.load(std::span(t.order).subspan(start, std::min(batch, rows - start)));
    targets.class_weights = t.class_weights;
    const BatchLoss loss = t.network.forward_backward(targets, t.steps_done++);
    total.loss += loss.loss;
    total.weight += loss.weight;
    total.correct += loss.correct;
    seen += targets.rows();
    if (start == last_full) {
      const Sgd::Norms norms = t.optimizer.measured_step(t.network.layers());
      record.grad_norm = norms.gradient;
      record.update_ratio = norms.ratio;
    } else {
      t.optimizer.step(t.network.layers());
    }
  }
  record.train_loss = total.loss / total.weight;
  record.train_accuracy = t.data.dataset->task == Task::kRegression
                              ? kUndefined
                              : static_cast<double>(total.correct) / static_cast<double>(seen);
  record.weight_norm = weight_norm(t.network.layers());
  const auto validation = evaluate(t.data.split.validation, stop);
  if (!validation) {
    return std::nullopt;
  }
  record.val_loss = validation->loss;
  record.val_accuracy = validation->accuracy;
  for (const EpochMetric& metric : kEpochMetrics) {
    record.*metric.field = (*validation).*metric.source;
  }
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

std::optional<Evaluation> Trainer::evaluate(std::span<const std::uint32_t> rows,
                                            const std::stop_token& stop) {
  const ComputeThread guard;
  Impl& t = *impl_;
  const std::size_t batch = t.network.batch_rows();
  const bool classes = t.data.dataset->task != Task::kRegression;
  t.meter.begin();
  for (std::size_t start = 0; start < rows.size(); start += batch) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    const auto part = rows.subspan(start, std::min(batch, rows.size() - start));
    const BatchTargets targets = t.load(part);
    t.predicted.resize(classes ? part.size() : 0);
    const BatchLoss loss = t.network.evaluate(targets, t.predicted);
    t.meter.add(loss, part, t.predicted, t.network.outputs().data(), t.network.output_stride());
  }
  return t.meter.result();
}

}  // namespace hpsearch::nn
