#include "tests/support/scripted_trials.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace hpsearch::test {

// What the test and the workers' threads share; all of it is guarded by `mutex`.
struct ScriptedTrials::State {
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  std::set<std::uint64_t> held;
  std::set<std::uint64_t> released;
  std::vector<std::uint64_t> begun;
  std::map<std::uint64_t, std::vector<int>> kept;
  std::map<std::uint64_t, int> epochs;
  int alive = 0;
  int most_at_once = 0;
};

class ScriptedTrials::Trial final : public runner::TrialTrainer {
 public:
  Trial(ScriptedTrials& owner, runner::TrialTask task, Script script)
      : owner_(owner), task_(std::move(task)), script_(std::move(script)) {
    const std::lock_guard lock(state().mutex);
    state().most_at_once = std::max(state().most_at_once, ++state().alive);
  }
  ~Trial() override {
    const std::lock_guard lock(state().mutex);
    --state().alive;
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  std::optional<nn::EpochRecord> train_epoch(const std::stop_token& stop) override {
    ++epoch_;
    if (epoch_ == script_.held_at && !wait(stop)) {
      return std::nullopt;
    }
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    if (epoch_ == script_.throws_at) {
      throw std::runtime_error(script_.error);
    }
    if (epoch_ == script_.out_of_memory_at) {
      throw std::bad_alloc();
    }
    const std::lock_guard lock(state().mutex);
    ++state().epochs[task_.number];
    return record();
  }

  void keep_weights() override {
    weights_ = owner_.weights(task_, epoch_);
    const std::lock_guard lock(state().mutex);
    state().kept[task_.number].push_back(epoch_);
  }

  nn::WeightSet take_weights() override { return std::exchange(weights_, {}); }

  std::optional<nn::TrainerState> save() const override {
    return owner_.saves_states ? std::optional(nn::TrainerState{epoch_, {}, weights_})
                               : std::nullopt;
  }

  bool restore(nn::TrainerState state) override {
    if (!owner_.saves_states) {
      return false;
    }
    epoch_ = state.epoch;
    weights_ = std::move(state.tensors);
    return true;
  }

 private:
  State& state() const { return *owner_.state_; }

  // False if a stop came first.
  bool wait(const std::stop_token& stop) {
    std::unique_lock lock(state().mutex);
    state().held.insert(task_.number);
    state().changed.notify_all();
    return state().changed.wait(lock, script_.deaf ? std::stop_token() : stop,
                                [&] { return state().released.contains(task_.number); });
  }

  nn::EpochRecord record() const {
    const auto at = [this](const std::vector<double>& values) {
      return values[std::min(static_cast<std::size_t>(epoch_), values.size()) - 1];
    };
    nn::EpochRecord record;
    record.epoch = epoch_;
    record.train_loss =
        epoch_ == script_.diverges_at ? std::numeric_limits<double>::quiet_NaN() : 0.25;
    record.val_accuracy = at(script_.curve);
    record.val_loss = script_.losses.empty() ? 1.0 - record.val_accuracy : at(script_.losses);
    record.series = script_.series;
    return record;
  }

  ScriptedTrials& owner_;
  runner::TrialTask task_;
  Script script_;
  int epoch_ = 0;
  nn::WeightSet weights_;
};

nn::WeightSet epoch_as_weights(const runner::TrialTask&, int epoch) {
  return {{"epoch", {1}, {static_cast<float>(epoch)}}};
}

ScriptedTrials::ScriptedTrials(Scripts scripts)
    : scripts_(std::move(scripts)), state_(std::make_unique<State>()) {}

ScriptedTrials::~ScriptedTrials() = default;

std::unique_ptr<runner::TrialTrainer> ScriptedTrials::begin(const runner::TrialTask& task,
                                                            const std::stop_token&) {
  Script script = scripts_(task);
  {
    const std::lock_guard lock(state_->mutex);
    state_->begun.push_back(task.number);
  }
  if (!script.begin_error.empty()) {
    throw std::runtime_error(script.begin_error);
  }
  return std::make_unique<Trial>(*this, task, std::move(script));
}

bool ScriptedTrials::wait_until_held(std::uint64_t trial) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, std::chrono::minutes(1),
                                  [&] { return state_->held.contains(trial); });
}

void ScriptedTrials::release(std::uint64_t trial) {
  const std::lock_guard lock(state_->mutex);
  state_->released.insert(trial);
  state_->changed.notify_all();
}

std::vector<std::uint64_t> ScriptedTrials::begun() const {
  const std::lock_guard lock(state_->mutex);
  return state_->begun;
}

std::vector<int> ScriptedTrials::kept(std::uint64_t trial) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->kept.find(trial);
  return found == state_->kept.end() ? std::vector<int>() : found->second;
}

int ScriptedTrials::epochs(std::uint64_t trial) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->epochs.find(trial);
  return found == state_->epochs.end() ? 0 : found->second;
}

int ScriptedTrials::most_at_once() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most_at_once;
}

}  // namespace hpsearch::test
