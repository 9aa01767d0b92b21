#include "runner/run/trial_records.h"

namespace hpsearch::runner {

namespace {

// " (val_auc was not measured)"; empty where all results are there.
std::string missing_text(const search::ResultConstraint& constraint,
                         const search::TrialResults& results) {
  std::string names;
  for (const std::string& name : constraint.results) {
    if (!results.contains(name)) {
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  return names.empty() ? "" : " (not measured: " + names + ")";
}

std::optional<storage::TrialEnd::Verdict> verdict_of(
    const std::vector<search::ResultConstraint>& constraints, const TrialOutcome& outcome) {
  if (outcome.margins.size() != constraints.size() || constraints.empty()) {
    return std::nullopt;
  }
  storage::TrialEnd::Verdict verdict{outcome.results, search::violation_of(outcome.margins), {}};
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    if (outcome.margins[i] > 0.0) {
      verdict.broken.push_back(constraints[i].expression.text() +
                               missing_text(constraints[i], outcome.results));
    }
  }
  return verdict;
}

}  // namespace

storage::TrialEnd trial_end(std::uint64_t number,
                            bool in_folds,
                            const TrialOutcome& outcome,
                            const search::SweepSpec& spec,
                            const std::string& why_interrupted) {
  storage::TrialEnd end;
  end.number = number;
  end.state = outcome.state;
  end.value = outcome.value;
  if (outcome.value) {
    end.score = spec.metric.score(*outcome.value);
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
  end.verdict = verdict_of(spec.result_constraints, outcome);
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
