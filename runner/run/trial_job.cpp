#include "runner/run/trial_job.h"

#include <bit>
#include <chrono>
#include <cmath>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "runner/run/measured.h"
#include "runner/run/time_limit.h"

namespace hpsearch::runner {
namespace {

// NaN is equal to NaN here, and to infinity, since the database keeps neither.
bool same_bits(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) {
    return std::isfinite(a) == std::isfinite(b);
  }
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// What went wrong inside of the trial: its outcome, and no error of the run.
class TrialFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Runs a step of the trainer, whose every error is the trial's own.
template <typename Step>
auto in_trial(const Step& step) {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    throw TrialFailed("out of memory");
  } catch (const std::exception& error) {
    throw TrialFailed(error.what());
  }
}

// One call of run_trial().
class TrialRun {
 public:
  TrialRun(const TrialTask& task,
           TrialFactory& trials,
           const search::Metric& metric,
           const EpochSink& sink,
           const std::stop_token& stop,
           Checkpoints* checkpoints)
      : task_(task),
        trials_(trials),
        metric_(metric),
        sink_(sink),
        limit_(task.timeout_seconds, stop),
        stop_(limit_.token()),
        checkpoints_(checkpoints),
        best_(metric, task.best_by),
        judge_(task.prune.training(task.fold)),
        measured_(task) {}

  TrialOutcome run() {
    const auto begin = std::chrono::steady_clock::now();
    try {
      outcome_.state = train();
      if (outcome_.state == search::TrialState::kInterrupted && limit_.is_over()) {
        outcome_.state = search::TrialState::kFailed;
        outcome_.reason =
            fmt::format("it ran for longer than trial_timeout, {} s", *task_.timeout_seconds);
      }
    } catch (const TrialFailed& failure) {
      outcome_.state = search::TrialState::kFailed;
      outcome_.reason = failure.what();
    }
    outcome_.curves.push_back(judge_.take_curves());
    outcome_.judgements = judge_.take_judgements();
    outcome_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    outcome_.results = measured_.results();
    if (task_.folds > 0 || task_.replicates > 0) {
      outcome_.seconds_before = earlier_seconds_;  // the trial is judged as a whole
    } else {
      judge_results(task_, outcome_, earlier_seconds_);
    }
    return std::move(outcome_);
  }

 private:
  search::TrialState train() {
    const auto trainer = in_trial([&] { return trials_.begin(task_, stop_); });
    const int continued = go_on_from_checkpoint(*trainer);
    while (goes_on()) {
      const bool known = outcome_.epochs_done < continued;
      earlier_seconds_ += known ? known_epoch(outcome_.epochs_done).seconds : 0.0;
      const auto record = known ? std::optional(known_epoch(outcome_.epochs_done))
                                : in_trial([&] { return trainer->train_epoch(stop_); });
      if (!record && trainer->ended()) {
        break;
      }
      if (!record) {
        return search::TrialState::kInterrupted;
      }
      hand_over(*record);
      if (record->addition) {
        measured_.observe(*record, false);
        continue;
      }
      judge_.observe(*record);
      if (record->diverged()) {
        outcome_.reason = fmt::format("the loss is not finite in epoch {}", record->epoch);
        return search::TrialState::kDiverged;
      }
      const bool is_best = best_.observe(*record);
      measured_.observe(*record, is_best);
      if (is_best && !known) {  // the state has the copy of an earlier epoch
        in_trial([&] { trainer->keep_weights(); });
      }
      if (goes_on() && is_pruned()) {
        pause(*trainer);
        take_best();
        return search::TrialState::kPruned;
      }
      if (!known && goes_on()) {
        save_state(*trainer);
      }
    }
    take_best();
    outcome_.weights = in_trial([&] { return trainer->take_weights(); });
    return search::TrialState::kComplete;
  }

  // What is known of the training before it begins: what an earlier attempt stored, or what the
  // paused trial had that it continues.
  const std::vector<nn::EpochRecord>& known() const {
    return task_.stored.size() >= task_.before.size() ? task_.stored : task_.before;
  }

  const nn::EpochRecord& known_epoch(int done) const {
    return known()[static_cast<std::size_t>(done)];
  }

  // The last epoch that need not be trained again; 0 if there is no state to go on from.
  int go_on_from_checkpoint(TrialTrainer& trainer) {
    const int own = go_on_from(key(), trainer);
    return own > 0 || !task_.continues ? own : go_on_from({*task_.continues, task_.fold}, trainer);
  }

  int go_on_from(const storage::TrainingKey& from, TrialTrainer& trainer) {
    if (checkpoints_ == nullptr || known().empty()) {
      return 0;
    }
    auto state = checkpoints_->load(from, task_);
    if (!state) {
      return 0;
    }
    const int epoch = state->epoch;
    if (epoch < 1 || static_cast<std::size_t>(epoch) > known().size() ||
        known_epoch(epoch - 1).epoch != epoch) {
      checkpoints_->refuse(from, task_.number, "the database lacks epochs that lie before it");
      return 0;
    }
    if (!in_trial([&] { return trainer.restore(*std::move(state)); })) {
      checkpoints_->refuse(from, task_.number, "it does not fit the network");
      return 0;
    }
    checkpoints_->continued(task_.number, from, epoch);
    return epoch;
  }

  std::optional<nn::TrainerState> state_of(const TrialTrainer& trainer) const {
    try {
      return trainer.save();
    } catch (const std::exception&) {  // memory, perhaps: the trial needs no state to go on now
      return std::nullopt;
    }
  }

  void save_state(const TrialTrainer& trainer) {
    if (checkpoints_ == nullptr || checkpoints_->every() == 0 ||
        outcome_.epochs_done % checkpoints_->every() != 0) {
      return;
    }
    const auto state = state_of(trainer);
    if (state) {
      checkpoints_->save(key(), task_, *state);
    }
  }

  storage::TrainingKey key() const { return {task_.number, task_.fold}; }

  void take_best() {
    outcome_.value = best_.value();
    outcome_.best_epoch = best_.epoch();
  }

  bool goes_on() const { return outcome_.epochs_done < task_.epochs && !is_exhausted(); }

  bool is_pruned() {
    const auto judgement = judge_.judge();
    if (judgement) {
      outcome_.reason = judgement->text;
      outcome_.paused = judgement->paused;
    }
    return judgement.has_value();
  }

  // Keeps what the trial goes on from, if it may. Without a state its epochs are trained again
  // then.
  void pause(const TrialTrainer& trainer) {
    if (!outcome_.paused) {
      return;
    }
    outcome_.epochs = std::move(epochs_);
    const auto state = checkpoints_ == nullptr ? std::nullopt : state_of(trainer);
    if (state) {
      checkpoints_->save_now(key(), task_, *state);
    }
  }

  bool is_exhausted() const {
    return task_.patience && outcome_.epochs_done - best_.epoch() >= *task_.patience;
  }

  void hand_over(const nn::EpochRecord& record) {
    const bool comparable = trials_.reproducible();
    if (comparable) {
      require_same(task_.number, task_.stored, record);
      require_same(task_.number, task_.before, record);
    }
    if (task_.prune.may_pause) {
      epochs_.push_back(record);
    }
    outcome_.epochs_done = record.epoch;
    if (!comparable || static_cast<std::size_t>(record.epoch) > task_.stored.size()) {
      sink_(record);
    }
  }

  const TrialTask& task_;
  TrialFactory& trials_;
  const search::Metric& metric_;
  const EpochSink& sink_;
  const TimeLimit limit_;
  const std::stop_token& stop_;
  Checkpoints* checkpoints_;  // null: none
  search::BestEpoch best_;
  search::TrainingJudge judge_;
  Measured measured_;
  double earlier_seconds_ = 0.0;         // of the epochs that are not trained again
  std::vector<nn::EpochRecord> epochs_;  // where the trial may pause
  TrialOutcome outcome_;
};

}  // namespace

void require_same(std::uint64_t trial,
                  const std::vector<nn::EpochRecord>& stored,
                  const nn::EpochRecord& now) {
  const auto at = static_cast<std::size_t>(now.epoch - 1);
  if (at >= stored.size()) {
    return;
  }
  const nn::EpochRecord& then = stored[at];
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (column.role != nn::EpochColumn::Role::kTime &&
        !same_bits(then.*column.field, now.*column.field)) {
      throw NotReproducible(
          fmt::format("trial {} does not repeat itself: epoch {} has {} {} where the database has "
                      "{}. The same seed on the same "
                      "CPU and build must give the same bits; suspect the memory or the processor, "
                      "or start anew with --fresh",
                      trial, now.epoch, column.name, now.*column.field, then.*column.field));
    }
  }
}

TrialOutcome run_trial(const TrialTask& task,
                       TrialFactory& trials,
                       const search::Metric& metric,
                       const EpochSink& sink,
                       const std::stop_token& stop,
                       Checkpoints* checkpoints) {
  return TrialRun(task, trials, metric, sink, stop, checkpoints).run();
}

}  // namespace hpsearch::runner
