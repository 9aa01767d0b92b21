// When a sweep ends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "search/sweep/metric.h"
#include "search/sweep/trial.h"

namespace hpsearch::search {

struct StopLimits {
  std::int64_t trials = 50;
  bool all_points = false;                  // `trials` was not written: it is the size of the grid
  std::optional<double> seconds = {};       // active time, over all runs of the sweep
  std::optional<std::int64_t> epochs = {};  // total over all trials
  std::optional<double> target = {};        // in the metric's own units
  std::optional<std::int64_t> failures = {};        // failed trials
  std::optional<std::int64_t> no_improvement = {};  // trials of the last stage in a row
  int last_stage = 0;
};

// The stop rules that depend on results. They are evaluated in the order of trial numbers, so a
// sweep ends at the same trial for any number of workers and any timing:
// - target: at the first complete trial, by number, that reaches it;
// - epochs: at the first trial up to which all trials together have trained that many;
// - failures: at the trial up to which that many have failed;
// - no_improvement: at the last of that many trials of the last stage in a row without a new best;
//   paused ones do not count;
// - trials: at that number.
// Not thread-safe.
class StopRules {
 public:
  StopRules(StopLimits limits, Metric metric);

  // Call once per trial, in any order. A paused one may yet become better. Only a complete trial's
  // value may reach the target, and only if the trial satisfies the constraints on results. A new
  // best has a lesser violation, or the same and a better score.
  void trial_ended(std::uint64_t number,
                   TrialState state,
                   int epochs_done,
                   std::optional<double> value,
                   int stage = 0,
                   bool paused = false,
                   double violation = 0.0);

  // One of the trials does not count in the limit `trials`: the sweep has one more. Then a rule may
  // end it at its last trial too, since others could follow.
  void allow_one_more();
  void may_have_more() { more_ = true; }

  // One past the last trial that counts, as far as the ended trials can tell; increases by
  // allow_one_more() alone.
  std::uint64_t end_number() const { return end_number_; }
  // The rule that determined it: "run_cap", "target", "epochs", "failures" or "no_improvement".
  std::string_view reason() const { return reason_; }

 private:
  void end_after(std::uint64_t number, std::string_view reason);

  StopLimits limits_;
  Metric metric_;
  std::uint64_t end_number_;
  std::string_view reason_ = "run_cap";
  bool more_ = false;
  struct Ended {
    int epochs = 0;
    bool failed = false;
    int stage = 0;
    std::optional<std::pair<double, double>> score = {};  // of a complete trial: violation, score
    bool paused = false;
  };
  void count(std::uint64_t number, const Ended& trial);

  std::map<std::uint64_t, Ended> waiting_;  // ended trials behind a gap, by number
  std::uint64_t prefix_ = 0;                // every trial below this number has ended,
  std::int64_t prefix_epochs_ = 0;          // and these are their totals
  std::int64_t prefix_failures_ = 0;
  std::optional<std::pair<double, double>> best_;  // of the last stage, in the prefix
  std::int64_t since_improvement_ = 0;             // likewise
};

}  // namespace hpsearch::search
