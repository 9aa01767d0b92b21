// What becomes of failed trials: some are tried again, and a program that does nothing but fail
// ends the run.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "runner/run/launch.h"
#include "search/sweep/sweep_spec.h"
#include "search/sweep/trial.h"

namespace hpsearch::runner {

// For one thread. Only a program can be broken: the built-in trainer fails by its settings or for
// want of memory or time.
class Failures {
 public:
  // `succeeded`: has any trial of the sweep ended otherwise before this run?
  Failures(const search::SweepSpec& spec, bool succeeded)
      : program_(spec.program.has_value()), retry_(spec.policy.retry), succeeded_(succeeded) {}

  // A trial begins. It is kept if it may have further attempts.
  void launched(const Launch& launch);
  // Is the trial on a further attempt of this run?
  bool is_retry(std::uint64_t number) const { return attempts_.contains(number); }
  // Would it be tried again if it failed?
  bool may_try_again(std::uint64_t number) const { return running_.contains(number); }
  // The trial has failed. True if it waits for another attempt now.
  bool try_again(std::uint64_t number);
  // An attempt that waits.
  std::optional<Launch> next();
  bool something_waits() const { return !waiting_.empty(); }

  // A trial has ended for good, so long after the run's begin. True if the run should end: three
  // have failed and none has succeeded in its first minute.
  bool is_broken(search::TrialState state, double seconds);

  // "trial 3 failed, and is tried again: exit code 1"
  static std::string text(std::uint64_t trial, const std::string& reason, bool again);

  // The first and the last line of what a program's end says, for a line on the terminal.
  static std::string line(const std::string& reason);

 private:
  bool program_;
  int retry_;
  bool succeeded_;
  int failed_ = 0;
  std::map<std::uint64_t, Launch> running_;
  std::map<std::uint64_t, int> attempts_;  // further ones, by trial
  std::deque<Launch> waiting_;
};

}  // namespace hpsearch::runner
