#include "runner/run/driver.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "nn/base/profile.h"
#include "runner/run/environment.h"
#include "runner/run/failures.h"
#include "runner/run/launch.h"
#include "runner/run/launch_queue.h"
#include "runner/run/patience.h"
#include "runner/run/running_trial.h"
#include "runner/run/trial_records.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

class Driver {
 public:
  Driver(DriverParts parts, Plan plan)
      : parts_(std::move(parts)),
        plan_(std::move(plan)),
        queue_(parts_, plan_),
        failures_(parts_.spec, plan_.finished > 0),
        slots_(static_cast<std::size_t>(parts_.workers)),
        host_(host_name()),
        counter_(plan_.to_train(),
                 plan_.epochs_to_train(parts_.stages, parts_.spec.dataset.folds)) {
    snapshot_.metric = parts_.spec.metric.name;
    snapshot_.trials_done = plan_.finished;
    snapshot_.trials_pruned = plan_.pruned;
    show_best();
  }

  DriveResult run(const std::stop_token& user_stop) {
    const std::stop_callback forward(user_stop, [this] { stop_.request_stop(); });
    user_stop_ = user_stop;
    bool more = true;
    while (more) {
      // Workers hold on to this object: nothing may leave this loop before they have ended.
      try {
        more = step();
      } catch (...) {
        give_up(std::current_exception());
      }
    }
    parts_.progress.finish(snapshot());
    if (first_error_) {
      std::rethrow_exception(first_error_);
    }
    DriveResult how = result(user_stop.stop_requested());
    how.waited_seconds = waited_seconds_;
    how.worker_seconds = counter_.seconds() * parts_.workers;
    how.kept = std::move(kept_);
    return how;
  }

 private:
  // Fills free workers and waits for results. False when nothing runs and nothing is to be started.
  bool step() {
    check_deadlines();
    while (running_ < parts_.workers && !stop_.stop_requested()) {
      if (start_fold()) {
        continue;
      }
      auto launch = next_launch();
      if (!launch) {
        break;
      }
      begin(std::move(*launch));
      if (!start_fold()) {
        conclude();  // a run that was killed had trained all of its folds
      }
    }
    if (running_ == 0) {
      // Only trials whose next fold came too late for a stop are left.
      conclude();
      return false;
    }
    const auto wait_begin = Clock::now();
    auto completions = wait_for_completions();
    if (queue_.waits_for_results()) {
      waited_seconds_ += std::chrono::duration<double>(Clock::now() - wait_begin).count() *
                         (parts_.workers - running_);
    }
    for (Completion& completion : completions) {
      take_in(completion);
    }
    conclude();
    parts_.progress.show(snapshot());
    abandon_deaf_workers();
    return true;
  }

  void abandon_deaf_workers() {
    if (patience_.is_over(user_stop_.stop_requested()) && running_ > 0 && parts_.abandon) {
      parts_.abandon(kept_);
    }
  }

  void check_deadlines() {
    const auto now = Clock::now();
    if (stop_.stop_requested()) {
      return;
    }
    out_of_time_ = parts_.deadline && now >= *parts_.deadline;
    if (!out_of_time_ && parts_.call.deadline && now >= *parts_.call.deadline) {
      call_ended_ = "time";
    }
    if (out_of_time_ || call_ended_ == "time") {
      why_interrupted_ = "time";
      stop_.request_stop();
    }
  }

  void give_up(std::exception_ptr error) {
    first_error_ = first_error_ ? first_error_ : std::move(error);
    stop_.request_stop();
  }

  DriveResult result(bool interrupted) const {
    const std::uint64_t end = plan_.end_number();
    if (broken_) {
      return {DriveResult::End::kBroken, "failures", end};
    }
    if (out_of_time_ && something_left()) {
      return {DriveResult::End::kComplete, "time", end};
    }
    if (!call_ended_.empty() && something_left()) {
      return {DriveResult::End::kCallLimit, call_ended_, end};
    }
    if (interrupted && something_left()) {
      return {DriveResult::End::kInterrupted, "signal", end};
    }
    return {DriveResult::End::kComplete, plan_.stop_reason(), end};
  }

  bool something_left() const {
    return unfinished_ || failures_.something_waits() || queue_.something_left();
  }

  std::optional<Launch> next_launch() {
    if (parts_.call.trials && launched_ >= *parts_.call.trials) {
      call_ended_ = "trials";
      return std::nullopt;
    }
    const auto again = failures_.next();
    return again ? again : queue_.next();
  }

  void begin(Launch launch) {
    const auto stored = parts_.folds.find(launch.start.number);
    const auto trainings =
        stored == parts_.folds.end() ? std::vector<StoredTraining>() : stored->second;
    const storage::TrialStart& start = launch.start;
    auto trial = std::make_shared<Running>(Running{
        start.number, start.stage, start.attempt, launch.epochs, {}, {launch.task, trainings}});
    failures_.launched(launch);
    if (queue_.keeps_params()) {
      trial->params = launch.start.params;
      if (!failures_.is_retry(trial->number)) {
        plan_.history.add_begun(trial->number, trial->stage, trial->params);
      }
    }
    launch.start.worker = fmt::format("{}/{}", host_, free_slot() - slots_.begin());
    parts_.recorder.start_trial(std::move(launch.start));
    if (launch.why) {
      parts_.recorder.add_event(trial->number, *std::move(launch.why));
    }
    if (auto precision = precision_event(parts_.trials, launch.task)) {
      parts_.recorder.add_event(trial->number, *std::move(precision));
    }
    counter_.launched(launch.epochs);
    trials_.push_back(std::move(trial));
    ++launched_;
  }

  std::vector<Slot>::iterator free_slot() {
    return std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.trial; });
  }

  // The next training of the trials that have begun, the oldest first. False if none is left.
  bool start_fold() {
    for (const auto& trial : trials_) {
      if (auto next = trial->folds.next()) {
        const auto free = free_slot();
        *free = {trial, next->fold};
        const auto slot = static_cast<std::size_t>(free - slots_.begin());
        if (trial->folds.in_folds()) {
          parts_.recorder.start_replicate({{next->number, next->fold}, next->seed, next->fold});
        }
        auto task = std::make_shared<const TrialTask>(*std::move(next));
        parts_.executor.submit(
            [this, task, slot, stop = trial->folds.token(task->fold)] { work(*task, slot, stop); });
        ++running_;
        return true;
      }
    }
    return false;
  }

  // On a worker's thread.
  void work(const TrialTask& task, std::size_t slot, const std::stop_token& own_stop) {
    Completion completion{slot, {}, nullptr};
    try {
      std::stop_source either;
      const std::stop_callback all(stop_.get_token(), [&] { either.request_stop(); });
      const std::stop_callback own(own_stop, [&] { either.request_stop(); });
      auto sink = [&](const nn::EpochRecord& record) {
        const nn::ProfileMark mark(nn::Phase::kLogging);
        parts_.recorder.record_epoch({task.number, task.fold}, record);
        counter_.trained();
      };
      completion.outcome = run_trial(task, parts_.trials, parts_.spec.metric, sink,
                                     either.get_token(), parts_.checkpoints);
      // A replay that was interrupted has not undone what an earlier attempt stored.
      completion.outcome.epochs_done =
          std::max(completion.outcome.epochs_done, static_cast<int>(task.stored.size()));
      if (task.folds > 0) {
        parts_.recorder.end_replicate(replicate_end(task, completion.outcome));
        discard_ended(parts_.checkpoints, completion.outcome.state, task.number, task.fold);
      } else {
        record_end(task.number, false, completion.outcome);
      }
    } catch (...) {
      completion.error = std::current_exception();
      stop_.request_stop();
    }
    const std::lock_guard lock(mutex_);
    completions_.push_back(std::move(completion));
    changed_.notify_one();
  }

  void record_end(std::uint64_t number, bool in_folds, const TrialOutcome& outcome) {
    parts_.recorder.end_trial(
        trial_end(number, in_folds, outcome, parts_.spec.metric,
                  stop_.stop_requested() ? why_interrupted_.load() : "stopped"));
    discard_unless_paused(parts_.checkpoints, number, outcome);
  }

  std::vector<Completion> wait_for_completions() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kProgressInterval, [this] { return !completions_.empty(); });
    return std::exchange(completions_, {});
  }

  void take_in(Completion& completion) {
    --running_;
    const Slot slot = std::exchange(slots_[completion.slot], {});
    if (completion.error) {
      std::erase(trials_, slot.trial);
      give_up(completion.error);
      return;
    }
    slot.trial->folds.ended(slot.fold, std::move(completion.outcome));
  }

  // The trials that are over, or that a stop keeps from going on.
  void conclude() {
    std::vector<std::shared_ptr<Running>> over;
    for (const auto& trial : trials_) {
      if (stop_.stop_requested()) {
        trial->folds.stop();
      }
      if (trial->folds.over()) {
        over.push_back(trial);
      }
    }
    for (const auto& trial : over) {
      std::erase(trials_, trial);
      TrialOutcome outcome = trial->folds.outcome();
      if (trial->folds.in_folds()) {
        record_end(trial->number, true, outcome);
      }
      finish(*trial, outcome);
    }
  }

  void finish(Running& trial, TrialOutcome& outcome) {
    if (!search::is_finished(outcome.state)) {
      unfinished_ = unfinished_ || trial.number < plan_.end_number();
      return;
    }
    if (outcome.state == search::TrialState::kFailed && try_again(trial, outcome)) {
      return;
    }
    if (failures_.is_broken(outcome.state, counter_.seconds()) && !stop_.stop_requested()) {
      broken_ = true;
      why_interrupted_ = "failures";
      stop_.request_stop();
    }
    plan_.rules.trial_ended(trial.number, outcome.state,
                            plan_.promotions.own_epochs(trial.number, outcome.epochs_done),
                            outcome.value, trial.stage, outcome.paused);
    stop_beyond_end();
    counter_.ended(trial.epochs, outcome.epochs_done);
    const auto score =
        outcome.value ? std::optional(parts_.spec.metric.score(*outcome.value)) : std::nullopt;
    if (trial.number < plan_.end_number()) {
      ++snapshot_.trials_done;
      snapshot_.trials_pruned += outcome.state == search::TrialState::kPruned ? 1 : 0;
      update_best(trial, {outcome.state, trial.stage, score, trial.number}, outcome);
    }
    plan_.history.add_ended({trial.number, trial.stage, outcome.state, std::move(trial.params),
                             score, outcome.epochs_done, std::move(outcome.curves),
                             std::move(outcome.fold_scores), outcome.paused});
    plan_.promotions.ended(trial.number, outcome, plan_.history, parts_.checkpoints);
  }

  // Says why a trial has failed. True if it is going to be tried again.
  bool try_again(const Running& trial, const TrialOutcome& outcome) {
    const bool again = !stop_.stop_requested() && failures_.try_again(trial.number);
    parts_.folds.erase(trial.number);  // the failure has deleted those that did not count
    parts_.progress.say(fmt::format("trial {} failed{}: {}", trial.number,
                                    again ? ", and is tried again" : "",
                                    Failures::line(outcome.reason)));
    return again;
  }

  // A rule may end the sweep before trials that run already.
  void stop_beyond_end() {
    for (const auto& trial : trials_) {
      if (trial->number >= plan_.end_number()) {
        trial->folds.stop();
      }
    }
  }

  void update_best(const Running& trial, const search::Standing& standing, TrialOutcome& outcome) {
    KeptWeights weights{{trial.number, trial.attempt, outcome.best_epoch},
                        std::move(outcome.weights),
                        std::move(outcome.fold_weights)};
    if (parts_.candidates != nullptr) {
      parts_.candidates->offer(standing, std::exchange(weights, {}));
    }
    if (better(standing, plan_.best)) {
      plan_.best = standing;
      show_best();
      kept_ = weights.tensors.empty() ? std::nullopt : std::optional(std::move(weights));
    }
  }

  void show_best() {
    const auto& score = plan_.best.score;  // the metric's sign is its own inverse
    snapshot_.best_value = score ? std::optional(parts_.spec.metric.score(*score)) : std::nullopt;
    snapshot_.best_trial = plan_.best.number;
  }

  ProgressSnapshot snapshot() {
    snapshot_.trials_total = static_cast<std::int64_t>(plan_.end_number());
    return counter_.fill(snapshot_);
  }

  DriverParts parts_;
  Plan plan_;
  LaunchQueue queue_;
  Failures failures_;
  std::vector<Slot> slots_;
  std::vector<std::shared_ptr<Running>> trials_;  // that have begun and not ended, by begin
  std::string host_;
  int running_ = 0;
  std::int64_t launched_ = 0;
  EpochCounter counter_;
  double waited_seconds_ = 0.0;  // of free workers, for results of earlier trials
  bool broken_ = false;          // the program does nothing but fail
  bool unfinished_ = false;      // a trial that counts was interrupted
  bool out_of_time_ = false;     // `stop.time`
  std::string call_ended_;       // the reason, where this call's own limit applied
  ProgressSnapshot snapshot_;
  std::optional<KeptWeights> kept_;  // of snapshot_.best_trial, if it was trained here
  std::exception_ptr first_error_;
  std::stop_token user_stop_;
  Patience patience_{parts_.trials.grace()};

  std::stop_source stop_;  // shared with the workers, as all below
  std::atomic<const char*> why_interrupted_{"signal"};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Completion> completions_;  // guarded by mutex_
};

}  // namespace

DriveResult drive(DriverParts parts, Plan plan, const std::stop_token& stop) {
  return Driver(std::move(parts), std::move(plan)).run(stop);
}

}  // namespace hpsearch::runner
