// A trainer that plays scripts: the curves, failures, divergence and delays that a test wants, in
// no time and without a network.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "runner/run/trial_trainer.h"

namespace hpsearch::test {

// What one trial does. Epochs count from 1; 0 means never.
struct Script {
  // By epoch: val_accuracy. Beyond its end the last value stays.
  std::vector<double> curve = {0.5};
  // Likewise val_loss; empty: 1 - val_accuracy.
  std::vector<double> losses = {};
  std::string begin_error = {};  // begin() throws it
  int throws_at = 0;             // this epoch throws `error`
  std::string error = "broken";
  int out_of_memory_at = 0;  // this epoch throws std::bad_alloc
  int diverges_at = 0;       // this epoch has a training loss that is NaN
  int held_at = 0;           // before this epoch the trial waits for release(), or for a stop
  bool deaf = false;         // while it is held it does not see a stop
  std::vector<nn::SeriesValue> series = {};  // of each epoch
};

// The weights of the scripts, unless a test gives its own: one number, the epoch.
nn::WeightSet epoch_as_weights(const runner::TrialTask& task, int epoch);

class ScriptedTrials final : public runner::TrialFactory {
 public:
  using Scripts = std::function<Script(const runner::TrialTask& task)>;
  explicit ScriptedTrials(Scripts scripts);
  ~ScriptedTrials() override;

  // To be set before the first trial begins.
  std::function<nn::WeightSet(const runner::TrialTask& task, int epoch)> weights = epoch_as_weights;
  bool repeatable = true;
  bool saves_states = false;  // which hold the epoch and the kept weights

  std::unique_ptr<runner::TrialTrainer> begin(const runner::TrialTask& task,
                                              const std::stop_token& stop) override;
  bool reproducible() const override { return repeatable; }

  // Waits until the trial has come to the epoch at which it is held. False after a minute.
  bool wait_until_held(std::uint64_t trial);
  void release(std::uint64_t trial);

  std::vector<std::uint64_t> begun() const;          // numbers, in the order of the calls
  std::vector<int> kept(std::uint64_t trial) const;  // the epochs whose weights were copied
  int epochs(std::uint64_t trial) const;             // trained, over all attempts
  int most_at_once() const;                          // trainers that lived at the same time

 private:
  class Trial;
  struct State;
  Scripts scripts_;
  std::unique_ptr<State> state_;
};

}  // namespace hpsearch::test
