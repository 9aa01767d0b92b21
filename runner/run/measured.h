// What a trial measures for the sweep's constraints on results.
#pragma once

#include <string>
#include <vector>

#include "nn/training/epoch_record.h"
#include "runner/run/trial_job.h"
#include "search/sweep/feasibility.h"

namespace hpsearch::runner {

// Follows one training. Of each metric that the constraints use it has the value of the best epoch;
// where that epoch has none, as a program need not report all at once, the last value.
class Measured {
 public:
  explicit Measured(const TrialTask& task);

  // Each epoch, and whether it is the best so far.
  void observe(const nn::EpochRecord& record, bool is_best);

  search::TrialResults results() const;

 private:
  std::vector<std::string> names_;
  search::TrialResults at_best_;
  search::TrialResults last_;
};

// The results of several trainings as those of their trial: the mean of each metric that all have.
search::TrialResults mean_results(const std::vector<search::TrialResults>& trainings);

// Adds `seconds` and `parameters` to the outcome's results and judges them by the task's
// constraints. A pruned trial keeps `parameters` alone. Without constraints, or for any other
// outcome, there are no results and no margins. `earlier_seconds`: of training before what the
// outcome counts.
void judge_results(const TrialTask& task, TrialOutcome& outcome, double earlier_seconds = 0.0);

}  // namespace hpsearch::runner
