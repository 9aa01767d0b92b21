// The trainings of one trial: one network, or one for each fold or each seed of `repeats`, and what
// they come to. What is called a fold here is any of several trainings.
//
// Folds begin in their order. The first one, by its number, that does not complete decides how the
// trial ends, and those behind it do not count: they are stopped, or never begin. So what a trial
// comes to does not depend on how its folds were spread over the workers. A
// pruner may end a trial by the scores of its first folds, which likewise looks at no later one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "runner/run/trial_job.h"
#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"

namespace hpsearch::runner {

// What an earlier attempt has stored of a training.
struct StoredTraining {
  storage::ReplicateRow row;
  std::vector<nn::EpochRecord> epochs;
};
std::vector<StoredTraining> stored_trainings(storage::Reader& reader, std::int64_t trial_id);

// The folds that count, of an ended trial: up to the first one that did not complete.
std::vector<storage::ReplicateRow> counted_folds(std::vector<storage::ReplicateRow> folds);

// What earlier attempts have stored of unfinished trials, by number; `folds` of trials in folds.
// Their epochs have the sweep's metric and those that its pruners watch, whichever they are.
struct StoredTrials {
  std::map<std::uint64_t, std::vector<nn::EpochRecord>> epochs;
  std::map<std::uint64_t, std::vector<StoredTraining>> folds;
};
StoredTrials stored_trials(storage::Reader& reader,
                           const std::vector<storage::TrialRow>& unfinished,
                           const search::SweepSpec& spec);

// The task of one of the trial's folds; the trial's own task for the first, and where it has none.
// Each further one draws from random streams of its own, which follow from the trial's seed.
TrialTask fold_task(const TrialTask& trial, int fold);

// For one thread, but for the tokens.
class TrialFolds {
 public:
  // `stored`: of a trial in folds alone. Those that are complete are not trained again.
  TrialFolds(TrialTask trial, const std::vector<StoredTraining>& stored);

  bool in_folds() const { return trial_.folds > 0 || trial_.replicates > 0; }

  // The next training, which counts as running from now on. Empty where there is none to begin.
  std::optional<TrialTask> next();
  std::stop_token token(int fold) const;

  // None begins any more, and those that run are asked to end.
  void stop();

  void ended(int fold, TrialOutcome outcome);

  // Does nothing run, and will nothing begin?
  bool over() const { return running_ == 0 && next_ >= end_; }

  // What the trial comes to; once, when it is over. In folds, `value` is the mean over the folds
  // that count and there is no best epoch; epochs and seconds are their sums.
  TrialOutcome outcome();

 private:
  struct Fold {
    bool begun = false;
    std::stop_source stop;
    TrialOutcome outcome;
    std::vector<nn::EpochRecord> stored;
  };

  void skip_complete();
  void judge_folds();
  void judge_again(const StoredTraining& training, TrialOutcome& outcome) const;
  double score(const TrialOutcome& outcome) const;

  TrialTask trial_;
  std::vector<Fold> folds_;
  std::size_t next_ = 0;  // to begin
  std::size_t end_;       // from here on none counts
  int running_ = 0;
  std::size_t complete_ = 0;                 // the first folds, that are all complete
  std::optional<search::Judgement> pruned_;  // by the scores of the first folds
};

}  // namespace hpsearch::runner
