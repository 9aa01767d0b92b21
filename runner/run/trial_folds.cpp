#include "runner/run/trial_folds.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "runner/run/measured.h"
#include "runner/run/stored_metric.h"
#include "search/pruners/trial_rules.h"

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
                           const search::SweepSpec& spec) {
  StoredTrials stored;
  // What a training is judged by, if it goes on from a saved state.
  std::vector<search::Metric> metrics = search::watched_metrics(spec);
  metrics.push_back(spec.metric);
  for (const std::string& name : search::result_names(spec.result_constraints)) {
    metrics.push_back({name});
  }
  const auto add_metrics = [&](storage::TrainingId training, std::vector<nn::EpochRecord>& epochs) {
    for (const search::Metric& metric : metrics) {
      add_stored_metric(reader, training, metric, epochs);
    }
  };
  for (const storage::TrialRow& trial : unfinished) {
    auto& epochs = stored.epochs[trial.number] = reader.epochs(trial.trial_id);
    add_metrics(trial.trial_id, epochs);
    if (spec.dataset.folds > 0) {
      stored.folds[trial.number] = stored_trainings(reader, trial.trial_id);
      for (StoredTraining& training : stored.folds[trial.number]) {
        add_metrics({trial.trial_id, training.row.replicate}, training.epochs);
      }
    }
  }
  return stored;
}

std::vector<storage::ReplicateRow> counted_folds(std::vector<storage::ReplicateRow> folds) {
  const auto first = std::find_if(folds.begin(), folds.end(), [](const auto& fold) {
    return fold.state != search::to_text(TrialState::kComplete);
  });
  folds.erase(first == folds.end() ? first : std::next(first), folds.end());
  return folds;
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
      judge_again(training, fold.outcome);
      Measured measured(trial_);
      for (const nn::EpochRecord& epoch : training.epochs) {
        measured.observe(epoch, epoch.epoch == fold.outcome.best_epoch);
      }
      fold.outcome.results = measured.results();
      double seconds = 0.0;
      for (const nn::EpochRecord& epoch : training.epochs) {
        seconds += epoch.seconds;
      }
      fold.outcome.seconds_before = std::max(0.0, seconds - fold.outcome.seconds);
    }
  }
  skip_complete();
  judge_folds();
}

// What pruners have of a fold that an earlier attempt has trained.
void TrialFolds::judge_again(const StoredTraining& training, TrialOutcome& outcome) const {
  if (trial_.prune.trainings.empty()) {
    return;
  }
  search::TrainingJudge judge(trial_.prune.training(training.row.replicate));
  for (std::size_t e = 0; e < training.epochs.size(); ++e) {
    judge.observe(training.epochs[e]);
    if (e + 1 < training.epochs.size()) {
      judge.judge();
    }
  }
  outcome.curves.push_back(judge.take_curves());
  outcome.judgements = judge.take_judgements();
}

// Asks the pruners about each number of first folds once, up to all but the last one.
void TrialFolds::judge_folds() {
  while (!pruned_ && complete_ < folds_.size() &&
         folds_[complete_].outcome.state == TrialState::kComplete) {
    ++complete_;
    if (complete_ == folds_.size() || trial_.prune.by_folds.empty()) {
      continue;
    }
    std::vector<double> scores;
    for (std::size_t f = 0; f < complete_; ++f) {
      scores.push_back(score(folds_[f].outcome));
    }
    for (const search::FoldRule& rule : trial_.prune.by_folds) {
      auto judgement = rule(scores);
      if (judgement && judgement->pruned) {
        pruned_ = std::move(judgement);
        end_ = std::min(end_, complete_);
        for (std::size_t behind = complete_; behind < folds_.size(); ++behind) {
          folds_[behind].stop.request_stop();
        }
        return;
      }
    }
  }
}

// Requires pruners. NaN without a value.
double TrialFolds::score(const TrialOutcome& outcome) const {
  return outcome.value ? trial_.prune.training(0).watched.front().score(*outcome.value)
                       : std::numeric_limits<double>::quiet_NaN();
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
  judge_folds();
}

TrialOutcome TrialFolds::outcome() {
  if (!in_folds()) {
    return std::move(folds_.front().outcome);
  }
  TrialOutcome all;
  double sum = 0.0;
  std::size_t valued = 0;
  const std::size_t counted = pruned_ ? complete_ : folds_.size();
  std::vector<search::TrialResults> results;
  double before = 0.0;
  for (std::size_t f = 0; f < counted && all.state == TrialState::kComplete; ++f) {
    TrialOutcome& one = folds_[f].outcome;
    ++all.folds;
    all.epochs_done += one.epochs_done;
    all.seconds += one.seconds;
    all.state = one.state;
    if (!one.reason.empty()) {
      all.reason = fmt::format("{} {}: {}", trial_.folds > 0 ? "fold" : "replicate", f, one.reason);
    }
    for (search::Judgement& judgement : one.judgements) {
      judgement.fold = static_cast<int>(f);
      all.judgements.push_back(std::move(judgement));
    }
    if (!trial_.prune.trainings.empty()) {
      all.curves.push_back(one.curves.empty() ? std::vector<search::Curve>()
                                              : std::move(one.curves.front()));
      all.fold_scores.push_back(score(one));
    }
    results.push_back(std::move(one.results));
    before += one.seconds_before;
    valued += one.value ? 1U : 0U;
    sum += one.value.value_or(0.0);
    all.values.push_back(one.value.value_or(0.0));
    all.fold_weights.push_back({one.best_epoch, std::move(one.weights)});
  }
  if (pruned_ && all.state == TrialState::kComplete) {
    all.state = TrialState::kPruned;
    all.reason = pruned_->text;
    all.judgements.push_back(*pruned_);
  }
  const bool has_value = all.state == TrialState::kComplete || all.state == TrialState::kPruned;
  if (has_value && valued > 0 && valued == all.fold_weights.size()) {
    all.value = sum / static_cast<double>(valued);
  } else {
    all.values.clear();
  }
  if (all.state != TrialState::kComplete) {
    all.fold_weights.clear();
    all.fold_scores.clear();
  }
  all.results = mean_results(results);
  judge_results(trial_, all, before);
  return all;
}

}  // namespace hpsearch::runner
