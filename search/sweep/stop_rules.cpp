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
                            std::optional<double> value) {
  if (limits_.target && value && state == TrialState::kComplete &&
      metric_.score(*value) <= metric_.score(*limits_.target)) {
    end_after(number, "target");
  }
  if (!limits_.epochs && !limits_.failures) {
    return;
  }
  // The budgets are spent in number order, so a trial counts only once all before it have ended.
  waiting_.emplace(number, Ended{epochs_done, state == TrialState::kFailed});
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == prefix_;
       next = waiting_.erase(next)) {
    prefix_epochs_ += next->second.epochs;
    prefix_failures_ += next->second.failed ? 1 : 0;
    if (limits_.epochs && prefix_epochs_ >= *limits_.epochs) {
      end_after(prefix_, "epochs");
    }
    if (limits_.failures && prefix_failures_ >= *limits_.failures) {
      end_after(prefix_, "failures");
    }
    ++prefix_;
  }
}

void StopRules::end_after(std::uint64_t number, std::string_view reason) {
  if (number + 1 < end_number_) {
    end_number_ = number + 1;
    reason_ = reason;
  }
}

}  // namespace hpsearch::search
