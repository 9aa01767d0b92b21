#include "runner/run/sweep_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "nn/data/training_data.h"
#include "runner/console/duration.h"
#include "runner/console/exit_code.h"
#include "runner/console/usage_error.h"
#include "runner/process/usable_cores.h"
#include "runner/run/candidates.h"
#include "runner/run/data_notes.h"
#include "runner/run/driver.h"
#include "runner/run/ensemble.h"
#include "runner/run/environment.h"
#include "runner/run/first_trials.h"
#include "runner/run/kept_weights.h"
#include "runner/run/lag_text.h"
#include "runner/run/program_trials.h"
#include "runner/run/recorded.h"
#include "runner/run/repeats.h"
#include "runner/run/run_event.h"
#include "runner/run/survey.h"
#include "runner/run/sweep_answer.h"
#include "runner/run/sweep_begin.h"
#include "runner/run/sweep_stages.h"
#include "runner/run/winner.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"
#include "search/samplers/sampler.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/events.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;
using storage::StopReason;
using storage::SweepState;

// One run of one sweep; its steps in the order in which they are taken.
class SweepRun {
 public:
  SweepRun(const SweepFile& file,
           const RunRequest& request,
           const std::stop_token& interrupt,
           LinePrinter& printer,
           const MakeTrials& make_trials)
      : file_(file),
        spec_(file.spec),
        request_(request),
        interrupt_(interrupt),
        printer_(printer),
        make_trials_(make_trials) {}

  int run() {
    load_data();
    take_over_sweep();
    if (already_complete()) {
      drop_checkpoints(*store_, checkpoint_origin());  // of a run that was killed right then
      printer_.line(way_on(sweep_, store_->trials(sweep_.sweep_id), spec_.limits.trials));
      return answer();
    }
    begin();
    call_deadline_ = request_.seconds ? std::optional(time_after(*request_.seconds)) : std::nullopt;
    try {
      const DriveResult result = repeat(train());
      if (result.end == DriveResult::End::kCallLimit) {
        return ended_by_call(result.reason);
      }
      if (result.end == DriveResult::End::kBroken) {
        return broken();
      }
      if (result.end == DriveResult::End::kInterrupted || !keep_winner(result)) {
        return interrupted();
      }
      store_->end_run(sweep_.sweep_id, SweepState::kComplete, storage::stop_reason(result.reason),
                      winner_id_, test_metrics_);
      drop_candidate(*store_, sweep_.sweep_id);
      drop_checkpoints(*store_, checkpoint_origin());
      if (candidates_) {
        candidates_->drop();
      }
    } catch (...) {
      give_up();
      throw;
    }
    return answer();
  }

 private:
  void load_data() {
    LoadedSweep loaded = runner::load_data(file_);
    spec_ = std::move(loaded.spec);
    data_ = std::move(loaded.data);
    data_json_ = data_json(data_);
    config_hash_ = config_hash(file_.tree, data_json_);
    if (data_.dataset != nullptr) {
      print_data_notes(*data_.dataset, printer_);
    }
  }

  // Finds or makes the sweep, makes it ours, and refuses a changed configuration.
  void take_over_sweep() {
    std::error_code unreadable;
    if (!std::filesystem::exists(request_.database, unreadable)) {
      read_warm_start();  // a refused file makes no database
    }
    store_ = storage::open_store(request_.database, tool_version());
    store_->interrupt_dead_sweeps();
    if (request_.existing == Existing::kSetAside || !store_->find_sweep(spec_.name)) {
      require_trials_in_stages(file_, spec_);
      read_warm_start();  // which the old sweep may be
    }
    if (request_.existing == Existing::kSetAside) {
      set_aside(*store_, request_.database, spec_.name, printer_);
    }
    sweep_ = store_->find_or_create_sweep(
        new_sweep(spec_, file_.config_yaml, config_hash_, data_json_, warm_), new_stages(spec_),
        spec_.space);
    lock_ = std::make_unique<storage::SweepLock>(request_.database, sweep_.sweep_id, sweep_.name);
    sweep_ = *store_->find_sweep(sweep_.name);  // as it is now that nobody else changes it
    if (const auto changed = differences(sweep_, file_.tree, data_json_); !changed.empty()) {
      throw UsageError(changed_text(sweep_, request_.database, changed));
    }
    queue_first_trials(spec_, sweep_.sweep_id, *store_);
    earlier_ = earlier_observations(store_->earlier_trials(sweep_.sweep_id));
    for (const std::string& line : warm_start_lines(warm_)) {
      printer_.line(line);
    }
  }

  // For a sweep that is about to begin; once.
  void read_warm_start() {
    if (!warm_) {
      warm_ = runner::read_warm_start(file_, spec_, data_json_, request_.database);
    }
  }

  void survey() { now_.emplace(survey_sweep(*store_, sweep_, earlier_, spec_)); }

  // Complete within the same limits, and nothing has been enqueued since.
  bool already_complete() {
    if (sweep_.state != SweepState::kComplete || !same_limits(sweep_, file_.tree)) {
      return false;
    }
    survey();
    return now_->plan.to_train() == 0 || sweep_.stop_reason == StopReason::kTime ||
           (sweep_.stop_reason == StopReason::kSpace && now_->plan.unfinished.empty());
  }

  // From here on the sweep is `running`. Epochs that unfinished trials have stored will be compared
  // when they are trained again, unless another CPU or build must be expected to give other bits.
  void begin() {
    workers_ = request_.workers.value_or(spec_.workers.value_or(usable_cores()));
    trials_ = spec_.program ? make_program_trials(spec_, sweep_, request_.database, workers_)
                            : make_trials_(data_);
    const std::string here = fingerprint();
    const auto before = run_fingerprints(*store_, sweep_.sweep_id);
    same_machine_ = std::count(before.begin(), before.end(), here) == std::ssize(before);
    const bool same_bits = before.empty() || before.back() == here;
    survey();
    if (!same_bits && !now_->plan.unfinished.empty()) {
      printer_.line(
          "unfinished trials start again: they were begun on another CPU or by another build, "
          "which may give other bits");
    }
    // Else suggestions, or what is pruned, depend on the threads and their timing.
    const bool deterministic = spec_.deterministic || !needs_results(spec_);
    store_->begin_run(sweep_.sweep_id,
                      {.config_yaml = file_.config_yaml,
                       .config_hash = config_hash_,
                       .host_json = host_json(),
                       .run_cap = now_->plan.limit,
                       .event = {here, workers_, spec_.limits.trials, deterministic},
                       .forget_unfinished = !same_bits || !trials_->reproducible(),
                       .stage_trials = planned_trials(now_->stages)});
    // What a raised limit brought back counts for the rules, and they may end the sweep before it.
    survey();
    store_->cut_beyond(sweep_.sweep_id, now_->plan.end_number());
    sweep_ = *store_->find_sweep(sweep_.name);
  }

  DriveResult train() {
    const auto deadline = deadline_of_sweep();
    if (now_->plan.nothing_to_train()) {
      return {DriveResult::End::kComplete, now_->plan.stop_reason(), now_->plan.end_number()};
    }
    if (deadline && *deadline <= Clock::now()) {
      return {DriveResult::End::kComplete, "time", now_->plan.end_number()};
    }
    printer_.line(begin_line(sweep_.name, now_->plan, workers_));
    if (const std::string note = lag_note(spec_, workers_); !note.empty()) {
      printer_.line(note);
    }
    const auto learns = search::find_sampler(spec_.method)->learns;
    const StoredTrials stored = stored_trials(*store_, now_->plan.unfinished, spec_);
    const auto saved = checkpoints_of(*store_, sweep_.sweep_id, now_->plan.may_go_on);
    add_curves(now_->plan, *store_, sweep_.sweep_id, spec_, same_machine_);
    DriveResult result = record([&](storage::Recorder& recorder, Executor& executor) {
      Progress progress(printer_);
      Checkpoints checkpoints(checkpoint_origin(), checkpoint_limits(spec_, workers_), saved,
                              recorder, [&](const std::string& line) { progress.say_soon(line); });
      DriveResult driven =
          drive({spec_, *trials_, *now_->sampler, learns, now_->stages, now_->begun, recorder,
                 executor, progress, workers_, stored.epochs, deadline,
                 CallLimits{request_.trials, call_deadline_}, earlier_.size(), stored.folds,
                 candidates(), &checkpoints, [&](const auto& best) { abandon(recorder, best); }},
                std::move(now_->plan), stop_.get_token());
      recorder.close();
      checkpoints.tidy();
      return driven;
    });
    note_waited(*store_, sweep_.sweep_id, spec_, workers_, result, printer_);
    kept_ = std::move(result.kept);
    return result;
  }

  // After a search that has ended: trains its best trials with further seeds.
  DriveResult repeat(DriveResult searched) {
    if (searched.end != DriveResult::End::kComplete || spec_.repeats.seeds == 0) {
      return searched;
    }
    store_->cut_beyond(sweep_.sweep_id, searched.end_number);
    sweep_ = *store_->find_sweep(sweep_.name);  // with the time that the search took
    DriveResult repeated = record([&](storage::Recorder& recorder, Executor& executor) {
      Progress progress(printer_);
      return train_repeats(
          {spec_, *trials_, recorder, executor, progress, workers_,
           trials_to_repeat(*store_, sweep_, spec_.repeats), deadline_of_sweep(), call_deadline_,
           kept_, [&](const auto& kept) { abandon(recorder, kept); }},
          stop_.get_token());
    });
    kept_ = std::move(repeated.kept ? repeated.kept : kept_);
    searched.end = repeated.end;
    searched.reason = repeated.reason.empty() ? searched.reason : repeated.reason;
    return searched;
  }

  // `stop.time`: what the sweep has left of it ends then.
  std::optional<Clock::time_point> deadline_of_sweep() const {
    const auto& most = spec_.limits.seconds;
    return most ? std::optional(time_after(std::max(0.0, *most - sweep_.active_seconds)))
                : std::nullopt;
  }

  DriveResult record(const TrainRecorded& train) {
    return train_recorded(*store_, sweep_.sweep_id, workers_, interrupt_, stop_, train);
  }

  // Ends the process although workers train: their part epochs are lost anyway. Returns where no
  // user asked for it, or where the recorder has failed, whose error then comes up as always.
  void abandon(storage::Recorder& recorder, const std::optional<KeptWeights>& best) {
    if (!interrupt_.stop_requested()) {
      return;
    }
    try {
      recorder.close();
    } catch (const std::exception&) {
      return;
    }
    int code = kExitInterrupted;
    try {
      kept_ = best;
      code = interrupted();
    } catch (const std::exception& error) {
      printer_.important(fmt::format("hpsearch: {}", error.what()));
      code = kExitRuntime;
    }
    lock_.reset();
    store_.reset();
    std::fflush(nullptr);
    std::_Exit(code);  // destructors would wait for the workers
  }

  // The run ends for a reason beyond its trials: what is committed stays, and the sweep is
  // `interrupted`. Where the database itself has failed, the next run finds it as a killed one
  // leaves it.
  void give_up() noexcept {
    try {
      if (store_) {
        store_->end_run(sweep_.sweep_id, SweepState::kInterrupted, std::nullopt, std::nullopt, {});
      }
    } catch (const std::exception&) {  // the error that is on its way already says why
    }
  }

  // Of the winner among the trials that count. False if it was interrupted.
  bool keep_winner(const DriveResult& result) {
    store_->cut_beyond(sweep_.sweep_id, result.end_number);
    const auto queries = storage::open_queries(request_.database);
    const auto best = queries->best(sweep_.name);
    if (!best) {
      return true;
    }
    if (spec_.program) {
      winner_id_ = best->trial_id;
      return true;  // its weights, and what becomes of test data, are the program's
    }
    const auto begin = Clock::now();
    auto metrics = runner::keep_winner({sweep_, spec_, data_, *trials_, kept_, same_machine_,
                                        candidates(), workers_, load_folds_of(file_)},
                                       *best, *queries, *store_, printer_, interrupt_);
    const std::chrono::duration<double> elapsed = Clock::now() - begin;
    store_->add_active_seconds(sweep_.sweep_id, elapsed.count());
    if (!metrics) {
      return false;
    }
    winner_id_ = best->trial_id;
    test_metrics_ = *std::move(metrics);
    return true;
  }

  CheckpointOrigin checkpoint_origin() const {
    return {request_.database, sweep_.sweep_id, fingerprint(), data_json_};
  }

  Candidates* candidates() {
    if (!candidates_ && has_ensemble(spec_)) {
      candidates_.emplace(candidates_of(*store_, sweep_.sweep_id, spec_));
    }
    return candidates_ ? &*candidates_ : nullptr;
  }

  // What was asked of this call is done; the sweep is not.
  int ended_by_call(const std::string& reason) {
    store_->end_run(sweep_.sweep_id, SweepState::kInterrupted, storage::stop_reason(reason),
                    std::nullopt, {});
    keep_candidate(*store_, sweep_.sweep_id, kept_, printer_);
    printer_.line(fmt::format("this call ends here, as --{} asked; to go on:\n  {}",
                              reason == "time" ? "time" : "trials", request_.continue_command));
    return answer();
  }

  // Trials that have failed stay so: the program may have been mended for the others.
  int broken() {
    store_->end_run(sweep_.sweep_id, SweepState::kInterrupted, StopReason::kFailures, std::nullopt,
                    {});
    printer_.important(broken_text(request_));
    return kExitFailures;
  }

  int interrupted() {
    store_->end_run(sweep_.sweep_id, SweepState::kInterrupted, StopReason::kSignal, std::nullopt,
                    {});
    keep_candidate(*store_, sweep_.sweep_id, kept_, printer_);
    printer_.important(
        fmt::format("interrupted; nothing that was finished is lost. To continue:\n  {}",
                    request_.continue_command));
    return kExitInterrupted;
  }

  int answer() { return print_answer(request_, sweep_.name, printer_); }

  const SweepFile& file_;
  search::SweepSpec spec_;  // complete once the data is known
  const RunRequest& request_;
  const std::stop_token& interrupt_;
  LinePrinter& printer_;
  const MakeTrials& make_trials_;
  nn::TrainingData data_;
  std::unique_ptr<TrialFactory> trials_;
  std::string data_json_;
  std::string config_hash_;
  std::optional<WarmStart> warm_;             // of a sweep that begins
  std::vector<search::Observation> earlier_;  // as the database has it
  std::optional<Survey> now_;                 // as the rows stand
  std::unique_ptr<storage::Store> store_;
  storage::SweepRow sweep_;
  std::unique_ptr<storage::SweepLock> lock_;
  bool same_machine_ = true;  // all runs of this sweep had the fingerprint of this one
  int workers_ = 1;
  std::optional<Clock::time_point> call_deadline_;  // `--time`
  std::stop_source stop_;
  std::optional<Candidates> candidates_;
  std::optional<KeptWeights> kept_;  // of the best trial that this run has trained
  std::optional<std::int64_t> winner_id_;
  std::vector<storage::MetricRow> test_metrics_;
};

}  // namespace

int run_sweep(const SweepFile& file,
              const RunRequest& request,
              const std::stop_token& interrupt,
              LinePrinter& printer,
              const MakeTrials& make_trials) {
  return SweepRun(file, request, interrupt, printer, make_trials).run();
}

}  // namespace hpsearch::runner
