#include "runner/check/estimate.h"

#include <algorithm>
#include <ctime>

#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "runner/run/sweep_stages.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kFirstRows = 512;
constexpr double kEnoughSeconds = 0.1;

// CPU time of this thread, so that other programs do not distort the estimate.
double seconds_of_thread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds_of_epoch(nn::Trainer& trainer) {
  const double begin = seconds_of_thread();
  trainer.train_epoch();
  return seconds_of_thread() - begin;
}

// Seconds of an epoch over all rows.
double measured_epoch(const nn::Settings& settings, const nn::TrainingData& data) {
  const double all = static_cast<double>(data.split.train.size());
  // Quadruple the rows until an epoch takes long enough to measure.
  for (std::size_t rows = kFirstRows;; rows *= 4) {
    nn::TrainingData part = data;
    auto keep = [&](std::vector<std::uint32_t>& numbers) {
      const double share = std::min(1.0, static_cast<double>(rows) / all);
      const auto kept = static_cast<std::size_t>(share * static_cast<double>(numbers.size()));
      numbers.resize(std::max<std::size_t>(1, kept));
    };
    keep(part.split.validation);
    keep(part.split.train);
    nn::Trainer trainer(settings, part, 0);
    trainer.look_into(nn::Diagnostics::kNone);
    const double warm_up = seconds_of_epoch(trainer);  // includes creating the primitives
    const double seconds = warm_up > 1.0 ? warm_up : std::min(warm_up, seconds_of_epoch(trainer));
    if (seconds >= kEnoughSeconds || part.split.train.size() == data.split.train.size()) {
      return seconds * all / static_cast<double>(part.split.train.size());
    }
  }
}

}  // namespace

std::optional<double> Estimate::seconds(int workers) const {
  return epochs ? std::optional(epoch_seconds * *epochs / workers) : std::nullopt;
}

nn::SettingMap middle_settings(const search::SweepSpec& spec) {
  nn::SettingMap settings = spec.settings;
  for (const search::Parameter& parameter : spec.space) {
    const bool range = std::holds_alternative<search::Numeric>(parameter.distribution) ||
                       search::is_seen_by_probability(parameter.distribution);
    settings.insert_or_assign(parameter.name,
                              search::value_at(parameter.distribution, range ? 0.5 : 0.0));
  }
  return search::active_params(spec.space, std::move(settings));
}

std::optional<double> planned_epochs(const search::SweepSpec& spec) {
  double epochs = 0.0;
  for (const storage::StageRow& stage : new_stages(spec)) {
    if (!stage.epochs) {
      return std::nullopt;
    }
    epochs += static_cast<double>(stage.trials) * *stage.epochs * std::max(1, spec.dataset.folds);
  }
  return spec.limits.epochs ? std::min(epochs, static_cast<double>(*spec.limits.epochs)) : epochs;
}

RepeatCost repeat_cost(const search::SweepSpec& spec) {
  const storage::StageRow last = new_stages(spec).back();
  RepeatCost cost{.trials = std::min<std::int64_t>(spec.repeats.top, last.trials)};
  cost.trainings = cost.trials * std::max(0, spec.repeats.seeds - 1);
  if (last.epochs) {
    cost.epochs = static_cast<double>(cost.trainings) * *last.epochs;
  }
  return cost;
}

Estimate measure(const search::SweepSpec& spec, const nn::TrainingData& data) {
  nn::Settings settings = nn::make_settings(middle_settings(spec));
  settings.pretrain.rbm = false;  // runs once per trial, for any length of time
  Estimate estimate{.epoch_seconds = measured_epoch(settings, data),
                    .epochs = planned_epochs(spec)};
  if (estimate.epochs) {
    *estimate.epochs += repeat_cost(spec).epochs.value_or(0.0);
  }
  if (nn::bfloat16_objection().empty() && settings.embedding == nn::Embedding::kNone &&
      search::find_parameter(spec.space, "precision") == nullptr) {
    const bool rounds =
        nn::uses_bfloat16(settings, data.dataset->columns, nn::network_outputs(*data.dataset));
    settings.precision = rounds ? nn::Precision::kF32 : nn::Precision::kBf16;
    estimate.other_precision = rounds ? "f32" : "bf16";
    estimate.other_share = measured_epoch(settings, data) / estimate.epoch_seconds;
  }
  return estimate;
}

}  // namespace hpsearch::runner
