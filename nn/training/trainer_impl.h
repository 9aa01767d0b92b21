// What a Trainer is made of. For its own sources alone: trainer.cpp, and trainer_state.cpp, which
// saves all of it that lives on from one epoch to the next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/files/safetensors.h"
#include "nn/network/mlp.h"
#include "nn/settings/schedule.h"
#include "nn/settings/settings.h"
#include "nn/training/batch_loader.h"
#include "nn/training/meter.h"
#include "nn/training/optimizer.h"
#include "nn/training/trainer.h"

namespace hpsearch::nn {

// Validation rows for the initial loss and the activations: enough for both, and cheap.
inline constexpr std::size_t kSampledRows = 1000;

// An array of a trainer's state where it lies, without gaps.
struct StateArray {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<float> values;
};

// A member that lives on from one epoch to the next belongs into trainer_state.cpp as well.
struct Trainer::Impl {
  Impl(const Settings& trial_settings,
       const TrainingData& training_data,
       std::uint64_t trial_seed,
       const std::stop_token& stop);

  // The steps of an epoch, in their order. Each adds its results to the record. Those that return a
  // bool return false if `stop` was requested before they were done.
  bool pretrain(EpochRecord& record, const std::stop_token& stop);
  bool measure_initial_loss(EpochRecord& record, const std::stop_token& stop);
  void shuffle_rows(int epoch);
  bool train_batches(EpochRecord& record, bool looked_into, const std::stop_token& stop);
  void fade(double share_done);
  void measured_update(EpochRecord& record, std::size_t rows, bool looked_into);
  void measure_weights(EpochRecord& record);
  bool validate(EpochRecord& record, const std::stop_token& stop);
  void look_at_activations(EpochRecord& record);

  std::optional<Evaluation> evaluate(std::span<const std::uint32_t> rows,
                                     const std::stop_token& stop);

  // trainer_state.cpp. What never changes in a training, and what an epoch leaves behind it.
  TensorMetadata identity() const;
  std::vector<StateArray> arrays();

  // True in the epoch whose record gets the loss before any update.
  bool wants_initial_loss(const EpochRecord& record) const {
    return record.epoch == 1 && diagnostics != Diagnostics::kNone;
  }

  // The first validation rows, for measurements that need no more.
  std::span<const std::uint32_t> sample() const {
    const auto& rows = data.split.validation;
    return std::span(rows).first(std::min(rows.size(), kSampledRows));
  }

  const TrainingData& data;
  Settings settings;
  std::uint64_t seed;
  BatchLoader loader;
  Mlp network;
  std::vector<Parameter> parameters;
  Optimizer optimizer;
  std::size_t updates;  // per epoch
  LearningRate rate;
  Meter meter;
  Diagnostics diagnostics = Diagnostics::kSome;
  int epochs_done = 0;
  std::uint32_t steps_done = 0;          // over all epochs; the position of the dropout masks
  std::vector<std::uint32_t> order;      // of the training rows in this epoch
  std::vector<std::uint32_t> predicted;  // scratch of evaluate()
  std::vector<double> observed;          // the validation losses that `rate` has seen, by epoch
};

}  // namespace hpsearch::nn
