// The workers of the search loop: each trains one network at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "runner/run/driver.h"
#include "runner/run/launch.h"
#include "runner/run/running_trial.h"

namespace hpsearch::runner {

// For the loop's thread. All trainings must have come back before it goes.
class Workers {
 public:
  // What it refers to must outlive it. `counter` counts epochs; `stop` ends all trainings, and is
  // requested where one throws.
  Workers(const DriverParts& parts, EpochCounter& counter, std::stop_source& stop)
      : parts_(parts),
        counter_(counter),
        stop_(stop),
        slots_(static_cast<std::size_t>(parts.workers)) {}

  int running() const { return running_; }
  bool has_free() const { return running_ < parts_.workers; }
  std::int64_t free_slot() const;

  // Requires a free worker. `silent`: a failure is the caller's to record.
  void start(const std::shared_ptr<Running>& trial, TrialTask task, bool silent);

  // The trainings that have come back, after this time at most; release() says whose they were.
  std::vector<Completion> wait(std::chrono::milliseconds time);
  Slot release(std::size_t slot);

  // Why trials are interrupted, once a stop is requested.
  void set_reason(const char* reason) { why_interrupted_ = reason; }

  // `events`: about the trial.
  void record_start(const Launch& launch, std::vector<storage::EventRow> events);
  // Thread-safe.
  void record_end(std::uint64_t number, bool in_folds, const TrialOutcome& outcome);

 private:
  void work(const TrialTask& task, std::size_t slot, bool silent, const std::stop_token& own_stop);

  const DriverParts& parts_;
  EpochCounter& counter_;
  std::stop_source& stop_;
  std::vector<Slot> slots_;
  int running_ = 0;

  std::atomic<const char*> why_interrupted_{"signal"};  // shared with the workers, as all below
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Completion> completions_;  // guarded by mutex_
};

}  // namespace hpsearch::runner
