#include "runner/run/repeats.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "runner/run/failures.h"
#include "runner/run/launch.h"
#include "runner/run/patience.h"
#include "runner/run/trial_records.h"
#include "search/sweep/standing.h"
#include "storage/backend.h"
#include "storage/repeat_event.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;
using search::TrialState;

constexpr auto kWait = std::chrono::milliseconds(100);

// A trial with its trainings; it stays in its place while they run.
struct Repeated {
  storage::TrialRow row;
  int epochs = 0;  // of one training
  TrialFolds trainings;
  bool concluded = false;
};

class RepeatRun {
 public:
  explicit RepeatRun(RepeatParts parts)
      : parts_(std::move(parts)),
        counter_(trainings_left(parts_.best, parts_.spec.repeats.seeds), 0.0) {
    for (const RepeatedTrial& one : parts_.best) {
      TrialTask task = make_launch_again(parts_.spec, one.row, {}).task;
      task.constraints.clear();  // its first training has decided
      task.replicates = parts_.spec.repeats.seeds;
      const int epochs = parts_.spec.program ? 0 : task.epochs;
      trials_.push_back(std::make_unique<Repeated>(
          Repeated{one.row, epochs, TrialFolds(std::move(task), one.trainings)}));
    }
    snapshot_.unit = "repeats";
    snapshot_.metric = parts_.spec.metric.name;
    snapshot_.trials_total = trainings_left(parts_.best, parts_.spec.repeats.seeds);
  }

  DriveResult run(const std::stop_token& user_stop) {
    const std::stop_callback forward(user_stop, [this] { stop_.request_stop(); });
    if (snapshot_.trials_total > 0) {
      parts_.progress.say(repeats_line(parts_.best, parts_.spec.repeats.seeds));
    }
    bool more = true;
    while (more) {
      // Workers hold on to this object: nothing may leave this loop before they have ended.
      try {
        more = step(user_stop);
      } catch (...) {
        give_up(std::current_exception());
      }
    }
    parts_.progress.finish(counter_.fill(snapshot_));
    if (first_error_) {
      std::rethrow_exception(first_error_);
    }
    DriveResult how = result(user_stop.stop_requested());
    if (out_of_time_ && how.reason == "time") {
      parts_.progress.say(
          "stop.time ended the repeats early: trials that were not repeated in full rank behind "
          "those that were");
    }
    how.kept = std::move(kept_);
    return how;
  }

 private:
  struct Ended {
    Repeated* trial;
    int replicate;
    TrialOutcome outcome;
    std::exception_ptr error;
  };

  bool step(const std::stop_token& user_stop) {
    check_deadlines();
    while (running_ < parts_.workers && !stop_.stop_requested() && start_next()) {
    }
    conclude();
    if (running_ == 0) {
      return false;
    }
    for (Ended& one : wait()) {
      --running_;
      if (one.error) {
        give_up(one.error);
        one.outcome.state = TrialState::kInterrupted;
      } else if (search::is_finished(one.outcome.state)) {
        ++snapshot_.trials_done;
        counter_.ended(one.trial->epochs, one.outcome.epochs_done);
      }
      one.trial->trainings.ended(one.replicate, std::move(one.outcome));
    }
    conclude();
    parts_.progress.show(counter_.fill(snapshot_));
    if (patience_.is_over(user_stop.stop_requested()) && running_ > 0 && parts_.abandon) {
      parts_.abandon(std::nullopt);
    }
    return true;
  }

  void check_deadlines() {
    const auto over = [now = Clock::now()](const auto& deadline) {
      return deadline && now >= *deadline;
    };
    if (stop_.stop_requested()) {
      return;
    }
    out_of_time_ = over(parts_.deadline);
    call_ended_ = !out_of_time_ && over(parts_.call_deadline);
    if (out_of_time_ || call_ended_) {
      stop_.request_stop();
    }
  }

  void give_up(std::exception_ptr error) {
    first_error_ = first_error_ ? first_error_ : std::move(error);
    stop_.request_stop();
  }

  DriveResult result(bool interrupted) const {
    const bool left = std::any_of(trials_.begin(), trials_.end(),
                                  [](const auto& trial) { return !trial->concluded; });
    if (out_of_time_ && left) {
      return {DriveResult::End::kComplete, "time"};
    }
    if (call_ended_ && left) {
      return {DriveResult::End::kCallLimit, "time"};
    }
    return interrupted && left ? DriveResult{DriveResult::End::kInterrupted, "signal"}
                               : DriveResult{};
  }

  bool start_next() {
    for (const auto& trial : trials_) {
      if (auto next = trial->trainings.next()) {
        parts_.recorder.start_replicate({{next->number, next->fold}, next->seed, std::nullopt});
        counter_.launched(trial->epochs);
        auto task = std::make_shared<const TrialTask>(*std::move(next));
        parts_.executor.submit(
            [this, task, at = trial.get(), stop = trial->trainings.token(task->fold)] {
              work(*task, *at, stop);
            });
        ++running_;
        return true;
      }
    }
    return false;
  }

  // On a worker's thread.
  void work(const TrialTask& task, Repeated& trial, const std::stop_token& own_stop) {
    Ended ended{&trial, task.fold, {}, nullptr};
    try {
      std::stop_source either;
      const std::stop_callback all(stop_.get_token(), [&] { either.request_stop(); });
      const std::stop_callback own(own_stop, [&] { either.request_stop(); });
      const auto sink = [&](const nn::EpochRecord& record) {
        parts_.recorder.record_epoch({task.number, task.fold}, record);
        counter_.trained();
      };
      const int attempts = 1 + parts_.spec.policy.retry;
      for (int attempt = 0; attempt < attempts; ++attempt) {
        ended.outcome =
            run_trial(task, parts_.trials, parts_.spec.metric, sink, either.get_token());
        if (ended.outcome.state != TrialState::kFailed || either.stop_requested()) {
          break;
        }
      }
      // A replay that was interrupted has not undone what an earlier attempt stored.
      ended.outcome.epochs_done =
          std::max(ended.outcome.epochs_done, static_cast<int>(task.stored.size()));
      parts_.recorder.end_replicate(replicate_end(task, ended.outcome));
    } catch (...) {
      ended.error = std::current_exception();
      stop_.request_stop();
    }
    const std::lock_guard lock(mutex_);
    ended_.push_back(std::move(ended));
    changed_.notify_one();
  }

  std::vector<Ended> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kWait, [this] { return !ended_.empty(); });
    return std::exchange(ended_, {});
  }

  // The trials that are over, or that a stop keeps from going on.
  void conclude() {
    for (const auto& trial : trials_) {
      if (stop_.stop_requested()) {
        trial->trainings.stop();
      }
      if (!trial->concluded && trial->trainings.over()) {
        finish(*trial);
      }
    }
  }

  void finish(Repeated& trial) {
    TrialOutcome outcome = trial.trainings.outcome();
    if (!search::is_finished(outcome.state)) {
      return;  // the row keeps the result of its first training
    }
    trial.concluded = true;
    const std::uint64_t number = trial.row.number;
    parts_.recorder.end_trial(trial_end(number, true, outcome, parts_.spec, "stopped"));
    parts_.recorder.add_event(number, storage::Repeated{parts_.spec.repeats.seeds}.to_row());
    if (outcome.state != TrialState::kComplete) {
      parts_.progress.say(fmt::format("trial {} is out of the running: {}", number,
                                      Failures::line(outcome.reason)));
      return;
    }
    const auto score =
        outcome.value ? std::optional(parts_.spec.metric.score(*outcome.value)) : std::nullopt;
    const search::Standing standing{outcome.state, trial.row.stage,    score, number,
                                    true,          trial.row.violation};
    if (!better(standing, best_)) {
      return;
    }
    best_ = standing;
    snapshot_.best_value = outcome.value;
    snapshot_.best_trial = number;
    kept_ = KeptWeights{{number, trial.row.attempt, 0}, {}, std::move(outcome.fold_weights)};
    const WeightsOrigin first{number, trial.row.attempt, trial.row.best_epoch.value_or(0)};
    if (parts_.kept && parts_.kept->origin == first) {
      kept_->folds.front().tensors = std::move(parts_.kept->tensors);
      parts_.kept.reset();
    }
  }

  RepeatParts parts_;
  std::vector<std::unique_ptr<Repeated>> trials_;
  int running_ = 0;
  bool out_of_time_ = false;
  bool call_ended_ = false;
  EpochCounter counter_;
  ProgressSnapshot snapshot_;
  search::Standing best_;
  std::optional<KeptWeights> kept_;  // of best_
  std::exception_ptr first_error_;
  Patience patience_{parts_.trials.grace()};

  std::stop_source stop_;  // shared with the workers, as all below
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Ended> ended_;  // guarded by mutex_
};

}  // namespace

DriveResult train_repeats(RepeatParts parts, const std::stop_token& stop) {
  return RepeatRun(std::move(parts)).run(stop);
}

std::vector<RepeatedTrial> trials_to_repeat(storage::Store& store,
                                            const storage::SweepRow& sweep,
                                            const search::RepeatsSpec& repeats) {
  const auto queries = storage::open_queries(store.path());
  std::vector<RepeatedTrial> trials;
  for (const storage::LeaderboardRow& best : queries->leaderboard(sweep.name, repeats.top)) {
    trials.push_back({queries->trial(sweep.sweep_id, best.trial).value(),
                      stored_trainings(*queries, best.trial_id)});
  }
  return trials;
}

std::int64_t trainings_left(const std::vector<RepeatedTrial>& trials, int seeds) {
  std::int64_t left = 0;
  for (const RepeatedTrial& trial : trials) {
    left += seeds - std::count_if(trial.trainings.begin(), trial.trainings.end(),
                                  [&](const StoredTraining& training) {
                                    return training.row.replicate < seeds &&
                                           training.row.state == to_text(TrialState::kComplete);
                                  });
  }
  return left;
}

std::string repeats_line(const std::vector<RepeatedTrial>& trials, int seeds) {
  const std::int64_t left = trainings_left(trials, seeds);
  return fmt::format("repeats: {} training{} left for the best {}, {} seeds each", left,
                     left == 1 ? "" : "s",
                     trials.size() == 1 ? "trial" : fmt::format("{} trials", trials.size()), seeds);
}

std::vector<storage::TrialRow> as_searched(storage::Reader& reader,
                                           std::vector<storage::TrialRow> trials,
                                           const search::SweepSpec& spec) {
  if (spec.repeats.seeds == 0) {
    return trials;
  }
  for (storage::TrialRow& trial : trials) {
    if (!search::is_finished(trial.state)) {
      continue;
    }
    const auto rows = reader.replicates(trial.trial_id);
    if (rows.size() < 2 || rows.front().state != to_text(TrialState::kComplete)) {
      continue;
    }
    const storage::ReplicateRow& first = rows.front();
    trial.state = TrialState::kComplete;
    trial.value = first.value;
    trial.best_epoch = first.best_epoch;
    trial.epochs_done = first.epochs_done;
    trial.seconds = first.seconds;
    trial.reason.reset();
  }
  return trials;
}

}  // namespace hpsearch::runner
