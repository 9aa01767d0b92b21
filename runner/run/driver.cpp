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
#include "runner/run/launch.h"
#include "runner/run/patience.h"
#include "runner/run/suggester.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

// A trial that is being trained.
struct Running {
  std::uint64_t number = 0;
  int stage = 0;
  int attempt = 1;
  int epochs = 0;
  search::ParamSet params;
  std::stop_source stop;
};

// What a worker reports back.
struct Completion {
  std::size_t slot = 0;
  TrialOutcome outcome;
  std::exception_ptr error;  // beyond the trial: the run must end
};

class Driver {
 public:
  Driver(DriverParts parts, Plan plan)
      : parts_(std::move(parts)),
        plan_(std::move(plan)),
        suggester_(parts_.spec,
                   parts_.sampler,
                   parts_.learns,
                   parts_.stages,
                   parts_.begun,
                   parts_.recorder,
                   parts_.earlier),
        slots_(static_cast<std::size_t>(parts_.workers)),
        host_(host_name()),
        trials_to_train_(plan_.to_train()),
        epochs_to_train_(expected_epochs()) {
    snapshot_.metric = parts_.spec.metric.name;
    snapshot_.trials_done = plan_.finished;
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
    worker_seconds_ = seconds_since(begin_) * parts_.workers;
    if (first_error_) {
      std::rethrow_exception(first_error_);
    }
    DriveResult how = result(user_stop.stop_requested());
    how.waited_seconds = waited_seconds_;
    how.worker_seconds = worker_seconds_;
    how.kept = std::move(kept_);
    return how;
  }

 private:
  // Fills free workers and waits for results. False when nothing runs and nothing is to be started.
  bool step() {
    check_deadlines();
    while (running_ < parts_.workers && !stop_.stop_requested()) {
      auto launch = next_launch();
      if (!launch) {
        break;
      }
      start(std::move(*launch));
    }
    if (running_ == 0) {
      return false;
    }
    const auto wait_begin = Clock::now();
    auto completions = wait_for_completions();
    if (waits_for_results_) {
      waited_seconds_ += seconds_since(wait_begin) * (parts_.workers - running_);
    }
    for (Completion& completion : completions) {
      finish(completion);
    }
    parts_.progress.show(snapshot());
    abandon_deaf_workers();
    return true;
  }

  void abandon_deaf_workers() {
    const bool over = patience_.is_over(user_stop_.stop_requested());
    if (over && running_ > 0 && parts_.abandon) {
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
    const std::uint64_t end = plan_.end_number();
    return unfinished_ || plan_.next_number < end ||
           std::any_of(plan_.unfinished.begin() + static_cast<std::ptrdiff_t>(next_unfinished_),
                       plan_.unfinished.end(),
                       [&](const storage::TrialRow& row) { return row.number < end; });
  }

  std::optional<Launch> next_launch() {
    waits_for_results_ = false;
    if (parts_.call.trials && launched_ >= *parts_.call.trials) {
      call_ended_ = "trials";
      return std::nullopt;
    }
    while (next_unfinished_ < plan_.unfinished.size()) {
      const storage::TrialRow& row = plan_.unfinished[next_unfinished_++];
      if (row.number < plan_.end_number()) {
        return make_launch_again(parts_.spec, row, parts_.stored.at(row.number));
      }
    }
    if (plan_.next_number >= plan_.end_number()) {
      return std::nullopt;
    }
    auto launch = suggester_.suggest(plan_.next_number, plan_.history);
    waits_for_results_ = suggester_.waits_for_results();
    if (suggester_.used_up()) {
      plan_.used_up = plan_.next_number;
    }
    plan_.next_number += launch ? 1U : 0U;
    return launch;
  }

  void start(Launch launch) {
    const auto free = std::find(slots_.begin(), slots_.end(), nullptr);
    const auto slot = static_cast<std::size_t>(free - slots_.begin());
    auto running = std::make_shared<Running>();
    running->number = launch.start.number;
    running->stage = launch.start.stage;
    running->attempt = launch.start.attempt;
    running->epochs = launch.epochs;
    if (suggester_.keeps_params()) {
      running->params = launch.start.params;
      plan_.history.add_begun(running->number, running->stage, running->params);
    }
    *free = running;
    launch.start.worker = fmt::format("{}/{}", host_, slot);
    parts_.recorder.start_trial(std::move(launch.start));
    if (launch.why) {
      parts_.recorder.add_event(running->number, *std::move(launch.why));
    }
    if (auto precision = precision_event(parts_.trials, launch.task)) {
      parts_.recorder.add_event(running->number, *std::move(precision));
    }
    planned_epochs_ = std::max(planned_epochs_, launch.epochs);
    auto task = std::make_shared<const TrialTask>(std::move(launch.task));
    parts_.executor.submit([this, task, slot, running] { work(*task, slot, *running); });
    ++running_;
    ++launched_;
  }

  // On a worker's thread.
  void work(const TrialTask& task, std::size_t slot, Running& running) {
    Completion completion{slot, {}, nullptr};
    try {
      const std::stop_callback forward(stop_.get_token(), [&] { running.stop.request_stop(); });
      auto sink = [&](const nn::EpochRecord& record) {
        const nn::ProfileMark mark(nn::Phase::kLogging);
        parts_.recorder.record_epoch(task.number, record);
        epochs_trained_.fetch_add(1, std::memory_order_relaxed);
      };
      completion.outcome =
          run_trial(task, parts_.trials, parts_.spec.metric, sink, running.stop.get_token());
      record_end(task, completion.outcome);
    } catch (...) {
      completion.error = std::current_exception();
      stop_.request_stop();
    }
    const std::lock_guard lock(mutex_);
    completions_.push_back(std::move(completion));
    changed_.notify_one();
  }

  void record_end(const TrialTask& task, const TrialOutcome& outcome) {
    storage::TrialEnd end;
    end.number = task.number;
    end.state = outcome.state;
    end.value = outcome.value;
    if (outcome.value) {
      end.score = parts_.spec.metric.score(*outcome.value);
    }
    end.best_epoch = outcome.best_epoch;
    // A replay that was interrupted has not undone what an earlier attempt stored.
    end.epochs_done = std::max(outcome.epochs_done, static_cast<int>(task.stored.size()));
    end.seconds = outcome.seconds;
    end.reason = outcome.reason;
    if (outcome.state == search::TrialState::kInterrupted) {
      end.reason = stop_.stop_requested() ? why_interrupted_.load() : "stopped";
    }
    parts_.recorder.end_trial(std::move(end));
  }

  std::vector<Completion> wait_for_completions() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kProgressInterval, [this] { return !completions_.empty(); });
    return std::exchange(completions_, {});
  }

  void finish(Completion& completion) {
    --running_;
    const std::shared_ptr<Running> trial = std::exchange(slots_[completion.slot], nullptr);
    if (completion.error) {
      give_up(completion.error);
      return;
    }
    TrialOutcome& outcome = completion.outcome;
    if (!search::is_finished(outcome.state)) {
      unfinished_ = unfinished_ || trial->number < plan_.end_number();
      return;
    }
    if (outcome.state == search::TrialState::kFailed) {
      parts_.progress.say(fmt::format("trial {} failed: {}", trial->number, outcome.reason));
    }
    plan_.rules.trial_ended(trial->number, outcome.state, outcome.epochs_done, outcome.value);
    stop_beyond_end();
    epochs_skipped_ += trial->epochs - outcome.epochs_done;
    const auto score =
        outcome.value ? std::optional(parts_.spec.metric.score(*outcome.value)) : std::nullopt;
    if (trial->number < plan_.end_number()) {
      ++snapshot_.trials_done;
      update_best(*trial, {outcome.state, trial->stage, score, trial->number}, outcome);
    }
    plan_.history.add_ended({trial->number, trial->stage, outcome.state, std::move(trial->params),
                             score, outcome.epochs_done});
  }

  // A rule may end the sweep before trials that run already.
  void stop_beyond_end() {
    for (const auto& trial : slots_) {
      if (trial && trial->number >= plan_.end_number()) {
        trial->stop.request_stop();
      }
    }
  }

  void update_best(const Running& trial, const search::Standing& standing, TrialOutcome& outcome) {
    if (better(standing, plan_.best)) {
      plan_.best = standing;
      show_best();
      keep(trial, outcome);
    }
  }

  // The weights of the best so far, in place of those of the one before.
  void keep(const Running& trial, TrialOutcome& outcome) {
    kept_.reset();
    if (!outcome.weights.empty()) {
      kept_ = {{trial.number, trial.attempt, outcome.best_epoch}, std::move(outcome.weights)};
    }
  }

  void show_best() {
    const auto& score = plan_.best.score;  // the metric's sign is its own inverse
    snapshot_.best_value = score ? std::optional(parts_.spec.metric.score(*score)) : std::nullopt;
    snapshot_.best_trial = plan_.best.number;
  }

  // Of what is left at the beginning, where the stages tell; else 0.
  double expected_epochs() const {
    double epochs = 0.0;
    for (const storage::TrialRow& row : plan_.unfinished) {
      epochs += row.epochs;
    }
    std::uint64_t first = 0;
    for (const storage::StageRow& stage : parts_.stages) {
      if (!stage.epochs) {
        return 0.0;
      }
      const std::uint64_t last = first + static_cast<std::uint64_t>(stage.trials);
      const std::uint64_t from = std::max(first, plan_.next_number);
      const std::uint64_t to = std::min(last, plan_.end_number());
      epochs += to > from ? static_cast<double>(to - from) * *stage.epochs : 0.0;
      first = last;
    }
    return epochs;
  }

  ProgressSnapshot snapshot() {
    ProgressSnapshot now = snapshot_;
    now.trials_total = static_cast<std::int64_t>(plan_.end_number());
    now.elapsed_seconds = seconds_since(begin_);
    now.epochs = static_cast<double>(epochs_trained_.load(std::memory_order_relaxed));
    const double all = epochs_to_train_ > 0.0
                           ? epochs_to_train_
                           : static_cast<double>(trials_to_train_) * std::max(1, planned_epochs_);
    now.share =
        std::min(1.0, (now.epochs + static_cast<double>(epochs_skipped_)) / std::max(1.0, all));
    return now;
  }

  DriverParts parts_;
  Plan plan_;
  Suggester suggester_;
  std::size_t next_unfinished_ = 0;
  std::vector<std::shared_ptr<Running>> slots_;  // null: free
  std::string host_;
  int running_ = 0;
  std::int64_t launched_ = 0;
  int planned_epochs_ = 0;
  std::int64_t trials_to_train_;     // at the beginning,
  double epochs_to_train_;           // and their epochs
  std::int64_t epochs_skipped_ = 0;  // of trials that ended early
  bool waits_for_results_ = false;   // a free worker, for what the sampler learns from
  double waited_seconds_ = 0.0;      // of such workers
  double worker_seconds_ = 0.0;
  bool unfinished_ = false;   // a trial that counts was interrupted
  bool out_of_time_ = false;  // `stop.time`
  std::string call_ended_;    // the reason, where this call's own limit applied
  ProgressSnapshot snapshot_;
  std::optional<KeptWeights> kept_;  // of snapshot_.best_trial, if it was trained here
  std::exception_ptr first_error_;
  Clock::time_point begin_ = Clock::now();

  std::stop_token user_stop_;
  Patience patience_;

  // Shared with the workers.
  std::stop_source stop_;
  std::atomic<const char*> why_interrupted_{"signal"};
  std::atomic<std::int64_t> epochs_trained_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Completion> completions_;  // guarded by mutex_
};

}  // namespace

DriveResult drive(DriverParts parts, Plan plan, const std::stop_token& stop) {
  return Driver(std::move(parts), std::move(plan)).run(stop);
}

}  // namespace hpsearch::runner
