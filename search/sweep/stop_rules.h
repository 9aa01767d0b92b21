// When a sweep ends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "search/sweep/metric.h"

namespace hpsearch::search {

struct StopLimits {
  std::int64_t trials = 50;
  bool all_points = false;                  // `trials` is not written, but the size of a grid
  std::optional<double> seconds = {};       // of active time, over all runs of the sweep
  std::optional<std::int64_t> epochs = {};  // of all trials together
  std::optional<double> target = {};        // of the metric, as the user names it
};

// The rules that depend on what trials find. They are evaluated in the order of the trials'
// numbers, so that the sweep ends at the same trial whatever the number of workers and the timing:
// - target: at the first trial, by number, whose value reaches it;
// - epochs: at the first trial up to which all trials together have trained so many;
// - trials: at their number.
class StopRules {
 public:
  StopRules(StopLimits limits, Metric metric);

  // Each number once, in any order.
  void trial_ended(std::uint64_t number, int epochs_done, std::optional<double> value);

  // One past the last trial that counts, as far as the trials tell that have ended; only falls.
  std::uint64_t end_number() const { return end_number_; }
  // The rule that gave it: "run_cap", "target" or "epochs".
  std::string_view reason() const { return reason_; }

 private:
  void end_after(std::uint64_t number, std::string_view reason);

  StopLimits limits_;
  Metric metric_;
  std::uint64_t end_number_;
  std::string_view reason_ = "run_cap";
  std::map<std::uint64_t, int> waiting_;  // epochs of trials after the first that has not ended
  std::uint64_t prefix_ = 0;              // all trials before it have ended,
  std::int64_t prefix_epochs_ = 0;        // and trained so many epochs
};

}  // namespace hpsearch::search
