// Trains one network, an epoch at a time.
//
// The results are a pure function of (settings, data, seed) on one kind of CPU with one build:
// neither the thread that calls, nor what else runs, nor a restart changes a bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"
#include "nn/training/diagnostics.h"
#include "nn/training/epoch_record.h"
#include "nn/training/evaluation.h"

namespace hpsearch::nn {

class Mlp;

// Not thread-safe; may be used from one thread after another.
class Trainer {
 public:
  // `data` must outlive this. The random numbers come from settings.seed if it is set, else from
  // `trial_seed`. Throws std::bad_alloc where the network does not fit into memory, and
  // SettingError where the class weights do not fit the data. Where `stop` is
  // requested meanwhile, the object is of no use but to be destroyed.
  Trainer(const Settings& settings,
          const TrainingData& data,
          std::uint64_t trial_seed,
          const std::stop_token& stop = {});
  Trainer(const Settings&, TrainingData&&, std::uint64_t, const std::stop_token& = {}) = delete;
  ~Trainer();

  // Which epochs have diagnostics in their records' series; kSome unless it is said.
  void look_into(Diagnostics which);

  // One pass over the training rows in a new random order, then the validation rows. The last,
  // shorter batch counts, unless settings.drop_last; with batch normalisation one of a single row
  // is left out, as it has nothing to normalise. Before the first epoch comes pre-training. An
  // epoch that diverges ends early, with the record of what it reached. Empty where `stop` was
  // requested before the epoch ended: its part is then lost, and this object of no further use.
  std::optional<EpochRecord> train_epoch(const std::stop_token& stop = {});

  // Evaluation mode; changes no state. Requires rows of the data set. No class
  // weights: losses of trials that weigh otherwise compare. Empty
  // where `stop` was requested before its end.
  std::optional<Evaluation> evaluate(std::span<const std::uint32_t> rows,
                                     const std::stop_token& stop = {});

  // Evaluation mode; changes no state. Gives `use` the rows in their order, some at a time, with
  // the network's outputs for them: rows of `stride` floats, logits or for a regression numbers in
  // training units. False where `stop` was requested before the end.
  using OutputSink = std::function<void(
      std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride)>;
  bool predict(std::span<const std::uint32_t> rows,
               const OutputSink& use,
               const std::stop_token& stop = {});

  // The network as the last epoch left it. Good as long as this object lives.
  const Mlp& network() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::nn
