#include "runner/run/trial_folds.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "nn/base/random.h"

namespace hpsearch::runner {

using search::TrialState;

std::vector<StoredTraining> stored_trainings(storage::Reader& reader, std::int64_t trial_id) {
  std::vector<StoredTraining> trainings;
  for (storage::ReplicateRow& row : reader.replicates(trial_id)) {
    const storage::TrainingId training(trial_id, row.replicate);
    trainings.push_back({std::move(row), reader.epochs(training)});
  }
  return trainings;
}

StoredTrials stored_trials(storage::Reader& reader,
                           const std::vector<storage::TrialRow>& unfinished,
                           bool in_folds) {
  StoredTrials stored;
  for (const storage::TrialRow& trial : unfinished) {
    stored.epochs[trial.number] = reader.epochs(trial.trial_id);
    if (in_folds) {
      stored.folds[trial.number] = stored_trainings(reader, trial.trial_id);
    }
  }
  return stored;
}

TrialTask fold_task(const TrialTask& trial, int fold) {
  TrialTask task = trial;
  task.fold = fold;
  if (fold > 0) {
    task.seed = nn::trial_seed(trial.seed, static_cast<std::uint64_t>(fold));
    if (const auto seed = task.settings.find("seed"); seed != task.settings.end()) {
      seed->second = static_cast<std::int64_t>(task.seed);  // which the trainer takes instead
    }
  }
  return task;
}

TrialFolds::TrialFolds(TrialTask trial, const std::vector<StoredTraining>& stored)
    : trial_(std::move(trial)),
      folds_(static_cast<std::size_t>(std::max({1, trial_.folds, trial_.replicates}))),
      end_(folds_.size()) {
  for (Fold& fold : folds_) {
    fold.outcome.state = TrialState::kInterrupted;
  }
  if (!in_folds()) {
    folds_.front().stored = std::move(trial_.stored);
    return;
  }
  for (const StoredTraining& training : stored) {
    const auto at = static_cast<std::size_t>(training.row.replicate);
    if (at >= folds_.size()) {
      continue;
    }
    Fold& fold = folds_[at];
    fold.stored = training.epochs;
    fold.outcome.epochs_done = static_cast<int>(training.epochs.size());
    if (training.row.state == search::to_text(TrialState::kComplete)) {
      fold.begun = true;
      fold.outcome.state = TrialState::kComplete;
      fold.outcome.value = training.row.value;
      fold.outcome.best_epoch = training.row.best_epoch.value_or(0);
      fold.outcome.epochs_done = training.row.epochs_done;
      fold.outcome.seconds = training.row.seconds.value_or(0.0);
    }
  }
  skip_complete();
}

void TrialFolds::skip_complete() {
  while (next_ < end_ && folds_[next_].begun) {
    ++next_;
  }
}

std::optional<TrialTask> TrialFolds::next() {
  if (next_ >= end_) {
    return std::nullopt;
  }
  Fold& fold = folds_[next_];
  TrialTask task = fold_task(trial_, static_cast<int>(next_));
  task.stored = std::exchange(fold.stored, {});
  fold.begun = true;
  ++running_;
  skip_complete();
  return task;
}

std::stop_token TrialFolds::token(int fold) const {
  return folds_[static_cast<std::size_t>(fold)].stop.get_token();
}

void TrialFolds::stop() {
  end_ = std::min(end_, next_);
  for (Fold& fold : folds_) {
    fold.stop.request_stop();
  }
}

void TrialFolds::ended(int fold, TrialOutcome outcome) {
  const auto at = static_cast<std::size_t>(fold);
  --running_;
  const bool complete = outcome.state == TrialState::kComplete;
  folds_[at].outcome = std::move(outcome);
  if (!complete) {
    end_ = std::min(end_, at + 1);
    for (std::size_t behind = at + 1; behind < folds_.size(); ++behind) {
      folds_[behind].stop.request_stop();
    }
  }
}

TrialOutcome TrialFolds::outcome() {
  if (!in_folds()) {
    return std::move(folds_.front().outcome);
  }
  TrialOutcome all;
  double sum = 0.0;
  bool valued = true;
  for (std::size_t f = 0; f < folds_.size(); ++f) {
    TrialOutcome& one = folds_[f].outcome;
    all.epochs_done += one.epochs_done;
    all.seconds += one.seconds;
    if (one.state != TrialState::kComplete) {
      all.state = one.state;
      if (!one.reason.empty()) {
        all.reason =
            fmt::format("{} {}: {}", trial_.folds > 0 ? "fold" : "replicate", f, one.reason);
      }
      all.fold_weights.clear();
      all.values.clear();
      return all;
    }
    valued = valued && one.value.has_value();
    sum += one.value.value_or(0.0);
    all.values.push_back(one.value.value_or(0.0));
    all.fold_weights.push_back({one.best_epoch, std::move(one.weights)});
  }
  if (valued) {
    all.value = sum / static_cast<double>(folds_.size());
  } else {
    all.values.clear();
  }
  return all;
}

}  // namespace hpsearch::runner
