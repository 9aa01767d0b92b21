#include "runner/run/workers.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "nn/base/profile.h"
#include "runner/run/trial_records.h"

namespace hpsearch::runner {

std::int64_t Workers::free_slot() const {
  return std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.trial; }) -
         slots_.begin();
}

void Workers::start(const std::shared_ptr<Running>& trial, TrialTask next, bool silent) {
  const auto slot = static_cast<std::size_t>(free_slot());
  slots_[slot] = {trial, next.fold};
  if (trial->folds.in_folds()) {
    parts_.recorder.start_replicate({{next.number, next.fold}, next.seed, next.fold});
  }
  auto task = std::make_shared<const TrialTask>(std::move(next));
  parts_.executor.submit([this, task, slot, silent, stop = trial->folds.token(task->fold)] {
    work(*task, slot, silent, stop);
  });
  ++running_;
}

// On a worker's thread.
void Workers::work(const TrialTask& task,
                   std::size_t slot,
                   bool silent,
                   const std::stop_token& own_stop) {
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
    } else if (!silent || completion.outcome.state != search::TrialState::kFailed) {
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

void Workers::record_end(std::uint64_t number, bool in_folds, const TrialOutcome& outcome) {
  parts_.recorder.end_trial(
      trial_end(number, in_folds, outcome, parts_.spec,
                stop_.stop_requested() ? why_interrupted_.load() : "stopped"));
  discard_unless_paused(parts_.checkpoints, number, outcome);
}

void Workers::record_start(const Launch& launch, std::vector<storage::EventRow> events) {
  if (launch.stage) {
    parts_.recorder.begin_stage(launch.stage->stage, launch.stage->event);
  }
  parts_.recorder.start_trial(launch.start);
  for (storage::EventRow& event : events) {
    parts_.recorder.add_event(launch.start.number, std::move(event));
  }
}

std::vector<Completion> Workers::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return !completions_.empty(); });
  return std::exchange(completions_, {});
}

Slot Workers::release(std::size_t slot) {
  --running_;
  return std::exchange(slots_[slot], {});
}

}  // namespace hpsearch::runner
