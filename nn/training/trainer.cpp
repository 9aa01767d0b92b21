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
#include "nn/network/weights.h"
#include "nn/training/embedded_inputs.h"
#include "nn/training/pretrain.h"
#include "nn/training/target_range.h"
#include "nn/training/trainer_impl.h"

namespace hpsearch::nn {
namespace {

bool normalises(const Settings& settings) {
  return settings.batch_norm && !settings.hidden.empty();
}

// Throws SettingError if batch normalisation has a single row to work with.
const Settings& require_rows(const Settings& settings, const TrainingData& data) {
  if (normalises(settings) && data.split.train.size() < 2) {
    throw SettingError("batch_norm",
                       "'batch_norm' needs at least two training rows, but there is only one; "
                       "turn it off or train on more rows");
  }
  return settings;
}

// Updates per epoch: the full batches, and the short one unless it is dropped. One row has no
// variance to normalise by.
std::size_t updates_of_epoch(const Settings& settings, std::size_t rows, std::size_t batch) {
  const std::size_t rest = rows % batch;
  const bool left_out = settings.drop_last || (normalises(settings) && rest == 1);
  return rows / batch + (rest > 0 && !left_out ? 1 : 0);
}

// Rows to evaluate at once. Up to 256, since there is no backward pass to keep arrays for, but no
// more than stay in a core's cache; and spread evenly, since the products have one shape and the
// last batch costs as much as a full one.
std::size_t evaluation_rows(const TrainingData& data) {
  constexpr std::size_t kMost = 256;
  const std::size_t rows = std::max<std::size_t>(1, data.split.validation.size());
  const std::size_t batches = (rows + kMost - 1) / kMost;
  return padded((rows + batches - 1) / batches);
}

}  // namespace

bool EpochRecord::diverged() const {
  return !reported && (!std::isfinite(train_loss) || !std::isfinite(val_loss));
}

Trainer::Impl::Impl(const Settings& trial_settings,
                    const TrainingData& training_data,
                    std::uint64_t trial_seed,
                    const std::stop_token& stop)
    : data(training_data),
      settings(require_rows(trial_settings, data)),
      seed(settings.seed.value_or(trial_seed)),
      loader(settings, data),
      network(settings,
              network_inputs(settings, data),
              network_outputs(*data.dataset),
              rows_of_batch(settings, data),
              seed,
              stop,
              evaluation_rows(data)),
      parameters(network.parameters()),
      optimizer(settings, parameters),
      updates(updates_of_epoch(settings, data.split.train.size(), network.batch_rows())),
      rate(settings.schedule, settings.learning_rate, updates, settings.epochs),
      meter(data) {
  if (settings.clip_predictions) {
    network.clip_outputs(output_ranges(data));
  }
}

// Replaces the initial weights of the hidden layers by those of Boltzmann machines that have learnt
// the training rows.
bool Trainer::Impl::pretrain(EpochRecord& record, const std::stop_token& stop) {
  const ProfileMark mark(Phase::kPretraining);
  PretrainSpec spec{.inputs = data.dataset->columns,
                    .widths = {settings.hidden.begin(), settings.hidden.end()},
                    .epochs = settings.pretrain.epochs,
                    .learning_rate = settings.pretrain.learning_rate,
                    .batch_rows = network.batch_rows(),
                    .seed = seed};
  // The stack counts training rows from 0; the data set has its own numbers for them.
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
  // An Rbm lays out its weights as a LinearLayer does. Visible biases have no place in a network.
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

// With batch normalisation there are no running statistics yet, so train_batches() takes the loss
// of the first batch instead.
bool Trainer::Impl::measure_initial_loss(EpochRecord& record, const std::stop_token& stop) {
  if (!wants_initial_loss(record) || normalises(settings) || sample().empty()) {
    return true;
  }
  const auto initial = evaluate(sample(), stop);
  if (!initial) {
    return false;
  }
  record.series.push_back({0, "initial_loss", initial->loss});
  return true;
}

void Trainer::Impl::shuffle_rows(int epoch) {
  // From the ascending order each time: the order is a function of (seed, epoch), not of history.
  order = data.split.train;
  Stream stream(seed, Purpose::kShuffle, 0, static_cast<std::uint32_t>(epoch));
  shuffle(order, stream);
}

bool Trainer::Impl::train_batches(EpochRecord& record,
                                  bool looked_into,
                                  const std::stop_token& stop) {
  const std::size_t rows = order.size();
  const std::size_t batch = network.batch_rows();
  const std::size_t last_full = rows / batch - 1;  // batch <= rows, so there is one
  // The update that is measured needs its gradients stored; all others may add them to the
  // velocity.
  const std::span<float* const> accumulators = optimizer.accumulators(parameters);
  const auto where =
      accumulators.empty() ? Optimizer::Gradients::kStored : Optimizer::Gradients::kAccumulated;
  BatchLoss total;
  std::size_t seen = 0;
  // A loss that is not finite ends the epoch early: nothing after it can be of use.
  for (std::size_t update = 0; update < updates && std::isfinite(total.loss); ++update) {
    if (stop.stop_requested()) {
      return false;
    }
    const std::size_t start = update * batch;
    const BatchTargets targets = loader.for_training(
        std::span(order).subspan(start, std::min(batch, rows - start)), network);
    fade(rate.share_done(record.epoch, update));
    const bool measured = update == last_full;
    const BatchLoss loss = network.forward_backward(
        targets, steps_done++, measured ? std::span<float* const>() : accumulators);
    if (update == 0 && wants_initial_loss(record) && normalises(settings)) {
      record.series.push_back({0, "initial_loss", loss.loss / loss.weight});
    }
    total.loss += loss.loss;
    total.weight += loss.weight;
    total.correct += loss.correct;
    seen += targets.rows();
    record.learning_rate = rate.at(record.epoch, update);
    const ProfileMark mark(Phase::kUpdate);
    if (measured) {
      measured_update(record, targets.rows(), looked_into);
    } else {
      optimizer.step(parameters, record.learning_rate, where);
    }
  }
  record.train_loss = total.loss / total.weight;
  record.train_accuracy = data.dataset->task == Task::kRegression
                              ? kUndefined
                              : static_cast<double>(total.correct) / static_cast<double>(seen);
  return true;
}

// For the next update, before which this share of all updates is done.
void Trainer::Impl::fade(double share_done) {
  network.fade_dropout(fade_at(settings.dropout_schedule, share_done));
  optimizer.fade_decay(fade_at(settings.weight_decay_schedule, share_done));
}

// The update of the epoch's last full batch, whose norms and diagnostics go into the record. `rows`
// are those of the batch.
void Trainer::Impl::measured_update(EpochRecord& record, std::size_t rows, bool looked_into) {
  if (looked_into) {
    add_gradients(network, rows, record.epoch, record.series);
  }
  const Optimizer::Norms norms = optimizer.measured_step(parameters, record.learning_rate);
  record.grad_norm = norms.gradient;
  record.update_ratio = norms.ratio;
  if (looked_into) {
    add_ratios(norms.ratios, record.epoch, record.series);
  }
}

void Trainer::Impl::measure_weights(EpochRecord& record) {
  record.weight_norm = weight_norm(parameters);
  if (settings.l1 > 0.0 || settings.l2 > 0.0) {
    record.series.push_back({record.epoch, "penalty", optimizer.penalty(parameters)});
  }
}

bool Trainer::Impl::validate(EpochRecord& record, const std::stop_token& stop) {
  const auto validation = evaluate(data.split.validation, stop);
  if (!validation) {
    return false;
  }
  record.val_loss = validation->loss;
  record.val_accuracy = validation->accuracy;
  for (const EpochMetric& metric : kEpochMetrics) {
    record.*metric.field = (*validation).*metric.source;
  }
  return true;
}

// One pass of at most a training batch: the activations of earlier passes are gone.
void Trainer::Impl::look_at_activations(EpochRecord& record) {
  const auto rows = sample().first(std::min(sample().size(), network.batch_rows()));
  if (!rows.empty()) {
    network.evaluate(loader.for_evaluation(rows, network));
    add_activations(network, rows.size(), record.epoch, record.series);
  }
}

std::optional<Evaluation> Trainer::Impl::evaluate(std::span<const std::uint32_t> rows,
                                                  const std::stop_token& stop) {
  const ProfileMark mark(Phase::kEvaluation);
  const std::size_t batch = network.evaluation_rows();
  const bool classes = data.dataset->task != Task::kRegression;
  meter.begin();
  for (std::size_t start = 0; start < rows.size(); start += batch) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    const auto part = rows.subspan(start, std::min(batch, rows.size() - start));
    const BatchTargets targets = loader.for_evaluation(part, network);
    predicted.resize(classes ? part.size() : 0);
    const BatchLoss loss = network.evaluate(targets, predicted);
    meter.add(loss, part, predicted, network.outputs().data(), network.output_stride());
  }
  return meter.result();
}

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

bool Trainer::set_weights(std::span<const LoadedTensor> weights) {
  return nn::set_weights(impl_->network, weights);
}

std::optional<EpochRecord> Trainer::train_epoch(const std::stop_token& stop) {
  const ComputeThread guard;
  const ProfileMark whole(Phase::kRest);
  const auto begin = std::chrono::steady_clock::now();
  Impl& t = *impl_;
  EpochRecord record;
  record.epoch = ++t.epochs_done;
  // Training may go on beyond the planned epochs: then each of them is the last one so far.
  const bool looked_into =
      is_looked_into(t.diagnostics, record.epoch, std::max(t.settings.epochs, record.epoch));

  if (record.epoch == 1 && t.settings.pretrain.rbm && !t.pretrain(record, stop)) {
    return std::nullopt;
  }
  if (!t.measure_initial_loss(record, stop)) {
    return std::nullopt;
  }
  t.shuffle_rows(record.epoch);
  if (!t.train_batches(record, looked_into, stop)) {
    return std::nullopt;
  }
  t.measure_weights(record);
  if (!t.validate(record, stop)) {
    return std::nullopt;
  }
  if (looked_into) {
    t.look_at_activations(record);
  }
  t.rate.observe(record.val_loss);
  t.observed.push_back(record.val_loss);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

std::optional<Evaluation> Trainer::evaluate(std::span<const std::uint32_t> rows,
                                            const std::stop_token& stop) {
  const ComputeThread guard;
  return impl_->evaluate(rows, stop);
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
