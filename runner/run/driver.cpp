#include "runner/run/driver.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "runner/run/best_so_far.h"
#include "runner/run/environment.h"
#include "runner/run/failures.h"
#include "runner/run/launch.h"
#include "runner/run/launch_queue.h"
#include "runner/run/patience.h"
#include "runner/run/running_trial.h"
#include "runner/run/shared_trials.h"
#include "runner/run/workers.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kProgressInterval = std::chrono::milliseconds(100);
// How often a process without work looks at what others do: a few short queries. A server, which
// has many processes, is asked less often.
constexpr auto kIdleInterval = std::chrono::milliseconds(20);

class Driver {
 public:
  Driver(DriverParts parts, Plan plan)
      : parts_(std::move(parts)),
        plan_(std::move(plan)),
        queue_(parts_, plan_),
        failures_(parts_.spec, plan_.finished > 0),
        best_(parts_.spec.metric, parts_.candidates, plan_.best),
        host_(host_name()),
        counter_(plan_.to_train(),
                 plan_.epochs_to_train(parts_.stages, parts_.spec.dataset.folds)) {
    snapshot_.metric = parts_.spec.metric.name;
    snapshot_.trials_done = plan_.finished;
    snapshot_.trials_pruned = plan_.pruned;
    best_.show(snapshot_);
    if (parts_.claims != nullptr) {
      shared_.emplace(*parts_.claims, parts_.spec, parts_.trials, parts_.checkpoints);
    }
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
    how.kept = best_.take_kept();
    return how;
  }

 private:
  // Fills free workers and waits for results. False when nothing runs and nothing is to be started.
  bool step() {
    check_deadlines();
    look_at_others();
    while (workers_.has_free() && !stop_.stop_requested()) {
      if (start_fold()) {
        continue;
      }
      auto launch = next_launch();
      if (!launch) {
        break;
      }
      const bool ours = begin(std::move(*launch));
      if (ours && !start_fold()) {
        conclude();  // a run that was killed had trained all of its folds
      }
      if (!ours && shared_->is_closed()) {
        break;  // nothing begins any more, whichever number it has
      }
    }
    if (workers_.running() == 0 && !waits_for_others()) {
      // Only trials whose next fold came too late for a stop are left.
      conclude();
      return false;
    }
    const auto wait_begin = Clock::now();
    const bool idle =
        shared_ && !shared_->has_lease() && workers_.has_free() && !stop_.stop_requested();
    auto completions = workers_.wait(idle ? kIdleInterval : kProgressInterval);
    if (queue_.waits_for_results()) {
      waited_seconds_ += std::chrono::duration<double>(Clock::now() - wait_begin).count() *
                         (parts_.workers - workers_.running());
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
    if (patience_.is_over(user_stop_.stop_requested()) && workers_.running() > 0 &&
        parts_.abandon) {
      parts_.abandon(best_.kept());
    }
  }

  // Takes in what other processes have ended, and gives up what they have taken.
  void look_at_others() {
    const auto now = Clock::now();
    if (!shared_ || first_error_ ||
        (!workers_.has_free() && now - last_look_ < kProgressInterval)) {
      return;
    }
    last_look_ = now;
    const std::set<std::uint64_t>& lost = shared_->lost();
    for (const auto& trial : trials_) {
      if (lost.contains(trial->number)) {
        trial->folds.stop();
      }
    }
    for (SharedTrials::Ended& one : shared_->poll()) {
      if (!queue_.keeps_params()) {
        one.trial.params.clear();
      }
      take_result(one.trial, one.outcome);
    }
    if (!stop_.stop_requested() && shared_->is_over()) {
      stop_.request_stop();  // what is left here does not count any more
      over_ = true;
    }
  }

  bool waits_for_others() const {
    return shared_ && !stop_.stop_requested() && call_ended_.empty() &&
           shared_->waits(plan_.end_number());
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
      workers_.set_reason("time");
      stop_.request_stop();
    }
  }

  void give_up(std::exception_ptr error) {
    first_error_ = first_error_ ? first_error_ : std::move(error);
    stop_.request_stop();
  }

  DriveResult result(bool interrupted) const {
    const std::uint64_t end = plan_.end_number();
    if (over_) {
      return {DriveResult::End::kComplete, plan_.stop_reason(), end};
    }
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
    return unfinished_ || failures_.something_waits() || queue_.something_left() ||
           (shared_ && shared_->waits(plan_.end_number()));
  }

  std::optional<Launch> next_launch() {
    if (parts_.call.trials && launched_ >= *parts_.call.trials) {
      call_ended_ = "trials";
      return std::nullopt;
    }
    auto again = failures_.next();
    if (!again && shared_) {
      again = shared_->next_free(plan_.end_number());
    }
    return again ? again : queue_.next();
  }

  // False where another process trains it.
  bool begin(Launch launch) {
    const auto stored = parts_.folds.find(launch.start.number);
    auto trainings = stored == parts_.folds.end() ? std::vector<StoredTraining>() : stored->second;
    storage::TrialStart& start = launch.start;
    if (queue_.keeps_params() && !failures_.is_retry(start.number)) {
      plan_.history.add_begun(start.number, start.stage, start.params);
    }
    std::vector<storage::EventRow> events;
    if (launch.why) {
      events.push_back(*launch.why);
    }
    if (auto precision = precision_event(parts_.trials, launch.task)) {
      events.push_back(*std::move(precision));
    }
    const std::int64_t slot = workers_.free_slot();
    if (shared_) {
      start.worker = parts_.claims->worker(host_, slot);
      if (!shared_->claim(launch, std::move(events), trainings)) {
        return false;
      }
    } else {
      start.worker = fmt::format("{}/{}", host_, slot);
      workers_.record_start(launch, std::move(events));
    }
    const search::ParamSet params = queue_.keeps_params() ? start.params : search::ParamSet();
    auto trial = std::make_shared<Running>(
        Running{{start.number, start.stage, start.attempt, launch.epochs, params},
                {launch.task, trainings}});
    failures_.launched(launch);
    counter_.launched(launch.epochs);
    trials_.push_back(std::move(trial));
    ++launched_;
    return true;
  }

  // The next training of the trials that have begun, the oldest first. False if none is left.
  bool start_fold() {
    for (const auto& trial : trials_) {
      if (auto next = trial->folds.next()) {
        workers_.start(trial, *std::move(next), tries_again_unseen(trial->number));
        return true;
      }
    }
    return false;
  }

  // Other processes take a failed trial for one that has ended: its last attempt alone may say so.
  bool tries_again_unseen(std::uint64_t number) const {
    return shared_ && failures_.may_try_again(number);
  }

  void take_in(Completion& completion) {
    const Slot slot = workers_.release(completion.slot);
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
      const bool held_back =
          outcome.state == search::TrialState::kFailed && tries_again_unseen(trial->number);
      if (trial->folds.in_folds() && !held_back) {
        workers_.record_end(trial->number, true, outcome);
      }
      finish(*trial, outcome, held_back);
    }
  }

  // A trial is over here. `held_back`: its failure is not recorded yet.
  void finish(Running& trial, TrialOutcome& outcome, bool held_back) {
    if (shared_ && !shared_->is_ours(trial.number, parts_.recorder)) {
      return;
    }
    if (!search::is_finished(outcome.state)) {
      unfinished_ = unfinished_ || trial.number < plan_.end_number();
      return;
    }
    if (outcome.state == search::TrialState::kFailed && try_again(trial, outcome)) {
      return;
    }
    if (held_back) {
      workers_.record_end(trial.number, trial.folds.in_folds(), outcome);
      if (!shared_->is_ours(trial.number, parts_.recorder)) {
        return;
      }
    }
    if (shared_) {
      shared_->ended(trial.number);
    }
    take_result(trial, outcome);
  }

  // A trial has ended, here or elsewhere.
  void take_result(TrialFacts& trial, TrialOutcome& outcome) {
    if (failures_.is_broken(outcome.state, counter_.seconds()) && !stop_.stop_requested()) {
      broken_ = true;
      workers_.set_reason("failures");
      stop_.request_stop();
    }
    plan_.rules.trial_ended(trial.number, outcome.state,
                            plan_.promotions.own_epochs(trial.number, outcome.epochs_done),
                            outcome.value, trial.stage, outcome.paused, outcome.violation());
    stop_beyond_end();
    counter_.ended(trial.epochs, outcome.epochs_done);
    const auto score = score_of(parts_.spec.metric, outcome);
    if (trial.number < plan_.end_number()) {
      ++snapshot_.trials_done;
      snapshot_.trials_pruned += outcome.state == search::TrialState::kPruned ? 1 : 0;
      best_.ended(trial, standing_of(trial, outcome, score), outcome);
      best_.show(snapshot_);
    }
    plan_.history.add_ended(observation_of(trial, outcome, score));
    plan_.promotions.ended(trial.number, outcome, plan_.history, parts_.checkpoints);
  }

  // Says why a trial has failed. True if it is going to be tried again.
  bool try_again(const Running& trial, const TrialOutcome& outcome) {
    const bool again = !stop_.stop_requested() && failures_.try_again(trial.number);
    parts_.folds.erase(trial.number);  // the failure has deleted those that did not count
    if (again && shared_) {
      parts_.recorder.flush();  // likewise
    }
    parts_.progress.say(Failures::text(trial.number, outcome.reason, again));
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

  ProgressSnapshot snapshot() {
    snapshot_.trials_total = plan_.share();
    return counter_.fill(snapshot_);
  }

  DriverParts parts_;
  Plan plan_;
  LaunchQueue queue_;
  Failures failures_;
  BestSoFar best_;
  std::optional<SharedTrials> shared_;  // with other processes
  Clock::time_point last_look_;
  bool over_ = false;                             // another process has ended the sweep
  std::vector<std::shared_ptr<Running>> trials_;  // that have begun and not ended, by begin
  std::string host_;
  std::int64_t launched_ = 0;
  EpochCounter counter_;
  double waited_seconds_ = 0.0;  // of free workers, for results of earlier trials
  bool broken_ = false;          // the program does nothing but fail
  bool unfinished_ = false;      // a trial that counts was interrupted
  bool out_of_time_ = false;     // `stop.time`
  std::string call_ended_;       // the reason, where this call's own limit applied
  ProgressSnapshot snapshot_;
  std::exception_ptr first_error_;
  std::stop_token user_stop_;
  Patience patience_{parts_.trials.grace()};

  std::stop_source stop_;
  Workers workers_{parts_, counter_, stop_};  // last: it uses those above
};

}  // namespace

DriveResult drive(DriverParts parts, Plan plan, const std::stop_token& stop) {
  return Driver(std::move(parts), std::move(plan)).run(stop);
}

}  // namespace hpsearch::runner
