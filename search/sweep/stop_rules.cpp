#include "search/sweep/stop_rules.h"

#include <utility>

namespace hpsearch::search {

StopRules::StopRules(StopLimits limits, Metric metric)
    : limits_(limits),
      metric_(std::move(metric)),
      end_number_(static_cast<std::uint64_t>(limits.trials)) {}

void StopRules::trial_ended(std::uint64_t number,
                            TrialState state,
                            int epochs_done,
                            std::optional<double> value,
                            int stage,
                            bool paused,
                            double violation) {
  const bool complete = state == TrialState::kComplete;
  if (limits_.target && value && complete && violation == 0.0 &&
      metric_.score(*value) <= metric_.score(*limits_.target)) {
    end_after(number, "target");
  }
  if (!limits_.epochs && !limits_.failures && !limits_.no_improvement) {
    return;
  }
  // The budgets are spent in number order, so a trial counts only once all before it have ended.
  waiting_.emplace(
      number, Ended{epochs_done, state == TrialState::kFailed, stage,
                    complete && value ? std::optional(std::pair(violation, metric_.score(*value)))
                                      : std::nullopt,
                    paused});
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == prefix_;
       next = waiting_.erase(next)) {
    count(prefix_, next->second);
    ++prefix_;
  }
}

void StopRules::count(std::uint64_t number, const Ended& trial) {
  prefix_epochs_ += trial.epochs;
  prefix_failures_ += trial.failed ? 1 : 0;
  if (limits_.epochs && prefix_epochs_ >= *limits_.epochs) {
    end_after(number, "epochs");
  }
  if (limits_.failures && prefix_failures_ >= *limits_.failures) {
    end_after(number, "failures");
  }
  if (!limits_.no_improvement || trial.stage != limits_.last_stage || trial.paused) {
    return;
  }
  const bool better = trial.score && (!best_ || *trial.score < *best_);
  best_ = better ? trial.score : best_;
  since_improvement_ = better ? 0 : since_improvement_ + 1;
  if (since_improvement_ >= *limits_.no_improvement) {
    end_after(number, "no_improvement");
  }
}

void StopRules::allow_one_more() {
  if (reason_ == "run_cap") {
    ++end_number_;
  }
}

void StopRules::end_after(std::uint64_t number, std::string_view reason) {
  if (number + 1 < end_number_ || (more_ && number + 1 == end_number_ && reason_ == "run_cap")) {
    end_number_ = number + 1;
    reason_ = reason;
  }
}

}  // namespace hpsearch::search
