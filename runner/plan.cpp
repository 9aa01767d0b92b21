#include "runner/plan.h"

#include <algorithm>

namespace hpsearch::runner {

std::int64_t Plan::to_train() const {
  const std::uint64_t fresh = end_number > next_number ? end_number - next_number : 0;
  return static_cast<std::int64_t>(unfinished.size() + fresh);
}

Plan make_plan(const std::vector<storage::TrialRow>& trials, std::int64_t run_cap, bool maximize) {
  Plan plan;
  plan.end_number = static_cast<std::uint64_t>(run_cap);
  for (const storage::TrialRow& trial : trials) {
    plan.next_number = std::max(plan.next_number, trial.number + 1);
    if (trial.number >= plan.end_number) {
      continue;
    }
    if (!search::is_finished(trial.state)) {
      plan.unfinished.push_back(trial);
      continue;
    }
    ++plan.finished;
    const bool better = trial.state == search::TrialState::kComplete && trial.value &&
                        (!plan.best_value || (maximize ? *trial.value > *plan.best_value
                                                       : *trial.value < *plan.best_value));
    if (better) {
      plan.best_value = trial.value;
      plan.best_trial = trial.number;
    }
  }
  return plan;
}

}  // namespace hpsearch::runner
