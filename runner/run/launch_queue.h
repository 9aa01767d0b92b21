// Which trial a free worker takes next: unfinished ones, then what the sampler suggests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "runner/run/driver.h"
#include "runner/run/launch.h"
#include "runner/run/plan.h"
#include "runner/run/suggester.h"
#include "search/pruners/trial_rules.h"

namespace hpsearch::runner {

// For one thread.
class LaunchQueue {
 public:
  // What they refer to must outlive it. Launches move `plan` on; who trains the trials adds to its
  // history.
  LaunchQueue(const DriverParts& parts, Plan& plan);

  // The next trial, with its rule if the sweep has a pruner: trial t then waits until all trials up
  // to t - W have ended. Empty where none may begin now.
  std::optional<Launch> next();

  // The last answer was empty for results of trials that have begun, W or more before.
  bool waits_for_results() const { return waits_for_results_; }

  // Must the history have the trials' parameters?
  bool keeps_params() const { return suggester_.keeps_params(); }

  // Are there trials that have yet to begin in this run?
  bool something_left() const {
    return plan_.something_left(next_unfinished_) || (plan_.may_promote() && !drained_);
  }

 private:
  bool may_begin(std::uint64_t number);
  // The next trial without a row, which may be that of another shard.
  std::optional<Launch> next_new();
  std::optional<Launch> promoted(bool no_new_ones);
  Launch with_rule(Launch launch);

  const search::SweepSpec& spec_;
  const TrialFactory& trials_;
  const std::map<std::uint64_t, std::vector<nn::EpochRecord>>& stored_;
  Plan& plan_;
  Suggester suggester_;
  search::PrunerSet pruners_;
  std::size_t next_unfinished_ = 0;
  bool waits_for_results_ = false;
  bool drained_ = false;  // no paused trial is good enough to go on, and none will be
};

}  // namespace hpsearch::runner
