#include "runner/run/trial_records.h"

namespace hpsearch::runner {

storage::TrialEnd trial_end(std::uint64_t number,
                            bool in_folds,
                            const TrialOutcome& outcome,
                            const search::Metric& metric,
                            const std::string& why_interrupted) {
  storage::TrialEnd end;
  end.number = number;
  end.state = outcome.state;
  end.value = outcome.value;
  if (outcome.value) {
    end.score = metric.score(*outcome.value);
  }
  end.best_epoch = outcome.best_epoch;
  end.epochs_done = outcome.epochs_done;
  end.seconds = outcome.seconds;
  end.reason = outcome.state == search::TrialState::kInterrupted ? why_interrupted : outcome.reason;
  end.in_folds = in_folds;
  end.paused = outcome.paused;
  end.values = outcome.values;
  if (in_folds && search::is_finished(outcome.state)) {
    end.folds = outcome.folds;
  }
  end.judgements = outcome.judgements;
  return end;
}

storage::ReplicateEnd replicate_end(const TrialTask& task, const TrialOutcome& outcome) {
  return {.training = {task.number, task.fold},
          .state = outcome.state,
          .value = outcome.value,
          .best_epoch = outcome.best_epoch,
          .epochs_done = outcome.epochs_done,
          .seconds = outcome.seconds};
}

}  // namespace hpsearch::runner
