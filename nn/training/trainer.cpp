#include "nn/training/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/base/profile.h"
#include "nn/base/random.h"
#include "nn/data/gather.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"
#include "nn/training/meter.h"
#include "nn/training/optimizer.h"
#include "nn/training/pretrain.h"

namespace hpsearch::nn {
namespace {

// Validation rows that tell the initial loss and the activations: enough for both, and cheap.
constexpr std::size_t kSampledRows = 1000;

bool normalises(const Settings& settings) {
  return settings.batch_norm && !settings.hidden.empty();
}

// Throws SettingError where there is nothing to normalise.
const Settings& require_rows(const Settings& settings, const TrainingData& data) {
  if (normalises(settings) && data.split.train.size() < 2) {
    throw SettingError("batch_norm",
                       "'batch_norm' needs at least two training rows, but there is only one; "
                       "turn it off or train on more rows");
  }
  return settings;
}

// Batches of an epoch: those that are full, and the short one unless it is left out.
std::size_t updates_of_epoch(const Settings& settings, std::size_t rows, std::size_t batch) {
  const std::size_t rest = rows % batch;
  const bool left_out = settings.drop_last || (normalises(settings) && rest == 1);
  return rows / batch + (rest > 0 && !left_out ? 1 : 0);
}

// Rows that are evaluated together: many, for they need no backward pass; all batches alike, as the
// products have one shape; and no more than stay in a core's cache.
std::size_t evaluation_rows(const TrainingData& data) {
  constexpr std::size_t kMost = 256;
  const std::size_t rows = std::max<std::size_t>(1, data.split.validation.size());
  const std::size_t batches = (rows + kMost - 1) / kMost;
  return padded((rows + batches - 1) / batches);
}

}  // namespace

bool EpochRecord::diverged() const {
  return !std::isfinite(train_loss) || !std::isfinite(val_loss);
}

struct Trainer::Impl {
  Impl(const Settings& trial_settings,
       const TrainingData& training_data,
       std::uint64_t trial_seed,
       const std::stop_token& stop)
      : data(training_data),
        settings(require_rows(trial_settings, data)),
        seed(settings.seed.value_or(trial_seed)),
        loader(settings, data),
        network(settings,
                data.dataset->columns,
                network_outputs(*data.dataset),
                rows_of_batch(settings, data),
                seed,
                stop,
                evaluation_rows(data)),
        parameters(network.parameters()),
        optimizer(settings, parameters),
        updates(updates_of_epoch(settings, data.split.train.size(), network.batch_rows())),
        rate(settings.schedule, settings.learning_rate, updates, settings.epochs),
        meter(data) {}

  // Gives the hidden layers the weights of Boltzmann machines that have learnt the training rows.
  // False if `stop` came first.
  bool pretrain(EpochRecord& record, const std::stop_token& stop) {
    const ProfileMark mark(Phase::kPretraining);
    PretrainSpec spec{.inputs = data.dataset->columns,
                      .widths = {settings.hidden.begin(), settings.hidden.end()},
                      .epochs = settings.pretrain.epochs,
                      .learning_rate = settings.pretrain.learning_rate,
                      .batch_rows = network.batch_rows(),
                      .seed = seed};
    std::vector<std::uint32_t> of_dataset;
    const auto gather = [&](std::span<const std::uint32_t> rows, float* out, std::size_t stride) {
      of_dataset.resize(rows.size());
      std::transform(rows.begin(), rows.end(), of_dataset.begin(),
                     [&](std::uint32_t row) { return data.split.train[row]; });
      gather_rows(*data.dataset, data.scaling, of_dataset, out, stride);
    };
    const auto learnt = pretrain_stack(spec, data.split.train.size(), gather, stop);
    if (!learnt) {
      return false;
    }
    for (std::size_t l = 0; l < learnt->layers.size(); ++l) {
      network.layers()[l].weights = learnt->layers[l].weights();
      if (settings.bias) {
        network.layers()[l].bias = learnt->layers[l].hidden_bias();
      }
      const auto& errors = learnt->reconstruction_error[l];
      for (std::size_t epoch = 0; epoch < errors.size(); ++epoch) {
        record.series.push_back(
            {static_cast<int>(epoch + 1), fmt::format("pretrain_error_{}", l + 1), errors[epoch]});
      }
    }
    network.round_weights();
    return true;
  }

  // The first validation rows, for what needs no more.
  std::span<const std::uint32_t> sample() const {
    const auto& rows = data.split.validation;
    return std::span(rows).first(std::min(rows.size(), kSampledRows));
  }

  void look_at_activations(EpochRecord& record) {
    const auto rows = sample().first(std::min(sample().size(), network.batch_rows()));
    if (!rows.empty()) {
      network.evaluate(loader.for_evaluation(rows, network));
      add_activations(network, rows.size(), record.epoch, record.series);
    }
  }

  const TrainingData& data;
  Settings settings;
  std::uint64_t seed;
  BatchLoader loader;
  Mlp network;
  std::vector<Parameter> parameters;
  Optimizer optimizer;
  std::size_t updates;  // of an epoch
  LearningRate rate;
  Meter meter;
  Diagnostics diagnostics = Diagnostics::kSome;
  int epochs_done = 0;
  std::uint32_t steps_done = 0;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> predicted;
};

Trainer::Trainer(const Settings& settings,
                 const TrainingData& data,
                 std::uint64_t trial_seed,
                 const std::stop_token& stop) {
  const ComputeThread guard;
  const ProfileMark whole(Phase::kRest);
  impl_ = std::make_unique<Impl>(settings, data, trial_seed, stop);
}

Trainer::~Trainer() = default;

void Trainer::look_into(Diagnostics which) {
  impl_->diagnostics = which;
}

const Mlp& Trainer::network() const {
  return impl_->network;
}

std::optional<EpochRecord> Trainer::train_epoch(const std::stop_token& stop) {
  const ComputeThread guard;
  const ProfileMark whole(Phase::kRest);
  const auto begin = std::chrono::steady_clock::now();
  Impl& t = *impl_;
  EpochRecord record;
  record.epoch = ++t.epochs_done;
  const bool looked_into =
      is_looked_into(t.diagnostics, record.epoch, std::max(t.settings.epochs, record.epoch));
  if (record.epoch == 1 && t.settings.pretrain.rbm && !t.pretrain(record, stop)) {
    return std::nullopt;
  }
  // With batch normalisation there are no running statistics yet: its first batch tells.
  const bool first = record.epoch == 1 && t.diagnostics != Diagnostics::kNone;
  if (first && !normalises(t.settings) && !t.sample().empty()) {
    const auto initial = evaluate(t.sample(), stop);
    if (!initial) {
      return std::nullopt;
    }
    record.series.push_back({0, "initial_loss", initial->loss});
  }

  // From the ascending order each time: the order is a function of (seed, epoch), not of history.
  t.order = t.data.split.train;
  Stream stream(t.seed, Purpose::kShuffle, 0, static_cast<std::uint32_t>(record.epoch));
  shuffle(t.order, stream);

  const std::size_t rows = t.order.size();
  const std::size_t batch = t.network.batch_rows();
  const std::size_t last_full = rows / batch - 1;  // batch <= rows: there is a full one
  const std::span<float* const> accumulators = t.optimizer.accumulators(t.parameters);
  BatchLoss total;
  std::size_t seen = 0;
  for (std::size_t update = 0; update < t.updates && std::isfinite(total.loss); ++update) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    const std::size_t start = update * batch;
    const BatchTargets targets = t.loader.for_training(
        std::span(t.order).subspan(start, std::min(batch, rows - start)), t.network);
    const bool measured = update == last_full;
    const BatchLoss loss = t.network.forward_backward(
        targets, t.steps_done++, measured ? std::span<float* const>() : accumulators);
    if (first && normalises(t.settings) && update == 0) {
      record.series.push_back({0, "initial_loss", loss.loss / loss.weight});
    }
    total.loss += loss.loss;
    total.weight += loss.weight;
    total.correct += loss.correct;
    seen += targets.rows();
    record.learning_rate = t.rate.at(record.epoch, update);
    const ProfileMark mark(Phase::kUpdate);
    if (measured) {
      if (looked_into) {
        add_gradients(t.network, targets.rows(), record.epoch, record.series);
      }
      const Optimizer::Norms norms = t.optimizer.measured_step(t.parameters, record.learning_rate);
      record.grad_norm = norms.gradient;
      record.update_ratio = norms.ratio;
      if (looked_into) {
        add_ratios(norms.ratios, record.epoch, record.series);
      }
    } else {
      t.optimizer.step(t.parameters, record.learning_rate,
                       accumulators.empty() ? Optimizer::Gradients::kStored
                                            : Optimizer::Gradients::kAccumulated);
    }
  }
  record.train_loss = total.loss / total.weight;
  record.train_accuracy = t.data.dataset->task == Task::kRegression
                              ? kUndefined
                              : static_cast<double>(total.correct) / static_cast<double>(seen);
  record.weight_norm = weight_norm(t.parameters);
  if (t.settings.l1 > 0.0 || t.settings.l2 > 0.0) {
    record.series.push_back({record.epoch, "penalty", t.optimizer.penalty(t.parameters)});
  }
  const auto validation = evaluate(t.data.split.validation, stop);
  if (!validation) {
    return std::nullopt;
  }
  record.val_loss = validation->loss;
  record.val_accuracy = validation->accuracy;
  for (const EpochMetric& metric : kEpochMetrics) {
    record.*metric.field = (*validation).*metric.source;
  }
  if (looked_into) {
    t.look_at_activations(record);
  }
  t.rate.observe(record.val_loss);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

std::optional<Evaluation> Trainer::evaluate(std::span<const std::uint32_t> rows,
                                            const std::stop_token& stop) {
  const ComputeThread guard;
  const ProfileMark mark(Phase::kEvaluation);
  Impl& t = *impl_;
  const std::size_t batch = t.network.evaluation_rows();
  const bool classes = t.data.dataset->task != Task::kRegression;
  t.meter.begin();
  for (std::size_t start = 0; start < rows.size(); start += batch) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    const auto part = rows.subspan(start, std::min(batch, rows.size() - start));
    const BatchTargets targets = t.loader.for_evaluation(part, t.network);
    t.predicted.resize(classes ? part.size() : 0);
    const BatchLoss loss = t.network.evaluate(targets, t.predicted);
    t.meter.add(loss, part, t.predicted, t.network.outputs().data(), t.network.output_stride());
  }
  return t.meter.result();
}

bool Trainer::predict(std::span<const std::uint32_t> rows,
                      const OutputSink& use,
                      const std::stop_token& stop) {
  const ComputeThread guard;
  const ProfileMark mark(Phase::kEvaluation);
  Impl& t = *impl_;
  const std::size_t batch = t.network.evaluation_rows();
  for (std::size_t start = 0; start < rows.size(); start += batch) {
    if (stop.stop_requested()) {
      return false;
    }
    const auto part = rows.subspan(start, std::min(batch, rows.size() - start));
    t.network.evaluate(t.loader.for_evaluation(part, t.network));
    use(part, t.network.outputs().data(), t.network.output_stride());
  }
  return true;
}

}  // namespace hpsearch::nn
