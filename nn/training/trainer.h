// Trains one network, one epoch at a time.
//
// The results are a pure function of (settings, data, seed) for one build on one kind of CPU.
// Neither the calling thread, nor other work on the machine, nor a restart changes a single bit.
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
#include "nn/training/trainer_state.h"

namespace hpsearch::nn {

class Mlp;
struct LoadedTensor;

// Not thread-safe, but different threads may use it one after another. While it computes, the
// calling thread is in the state of ComputeThread.
class Trainer {
 public:
  // `data` must outlive this object. settings.seed, if set, replaces `trial_seed`. Throws
  // std::bad_alloc if the network does not fit into memory, and SettingError if settings do not
  // suit the data or the CPU. If `stop` is requested meanwhile, the object may only be destroyed.
  Trainer(const Settings& settings,
          const TrainingData& data,
          std::uint64_t trial_seed,
          const std::stop_token& stop = {});
  Trainer(const Settings&, TrainingData&&, std::uint64_t, const std::stop_token& = {}) = delete;
  ~Trainer();

  // Selects the epochs whose records include diagnostics; kSome by default. Changes no result.
  void look_into(Diagnostics which);

  // Trains one epoch: pre-training before the first one, a pass over the training rows in a new
  // random order, then an evaluation of the validation rows. A short last batch counts, unless
  // settings.drop_last; batch normalisation always drops a batch of one row, which it cannot
  // normalise. An epoch that diverges ends early and returns what it has measured.
  //
  // Returns std::nullopt if `stop` was requested before the end, which it checks at each batch. The
  // partial epoch is lost, and the object may then only be destroyed.
  std::optional<EpochRecord> train_epoch(const std::stop_token& stop = {});

  // Evaluates these rows of the data set in evaluation mode, without class weights or label
  // smoothing. Does not affect training. Returns std::nullopt if `stop` was requested before the
  // end.
  std::optional<Evaluation> evaluate(std::span<const std::uint32_t> rows,
                                     const std::stop_token& stop = {});

  // Calls `use` with these rows of the data set, in order and some at a time, and with their
  // outputs in evaluation mode: a matrix (rows x stride) of logits or, for regression, of numbers
  // in training units. Does not affect training. Returns false if `stop` was requested before the
  // end.
  using OutputSink = std::function<void(
      std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride)>;
  bool predict(std::span<const std::uint32_t> rows,
               const OutputSink& use,
               const std::stop_token& stop = {});

  // The network after the last epoch. Valid as long as this object.
  const Mlp& network() const;

  // Gives the network these weights, to evaluate or predict with them; see set_weights() in
  // nn/network/weights.h for the result. Training cannot go on from them: the optimizer's state is
  // that of other weights.
  bool set_weights(std::span<const LoadedTensor> weights);

  // All that training goes on from, after a whole epoch: a copy. Throws std::bad_alloc.
  TrainerState save() const;

  // Puts a trainer that has trained no epoch where save() was called: it goes on with the same
  // bits. Returns false, and changes nothing, unless the state is that of a training with this
  // seed, the same updates per epoch and arrays of the same names and shapes. The other settings
  // and the data are the caller's to compare.
  bool restore(const TrainerState& state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::nn
