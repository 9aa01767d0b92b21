#include "runner/run/sweep_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "runner/console/duration.h"
#include "runner/console/exit_code.h"
#include "runner/process/usable_cores.h"
#include "runner/run/candidates.h"
#include "runner/run/driver.h"
#include "runner/run/ensemble.h"
#include "runner/run/environment.h"
#include "runner/run/held_sweep.h"
#include "runner/run/kept_weights.h"
#include "runner/run/lag_text.h"
#include "runner/run/on_finish.h"
#include "runner/run/program_trials.h"
#include "runner/run/recorded.h"
#include "runner/run/repeats.h"
#include "runner/run/run_event.h"
#include "runner/run/shard.h"
#include "runner/run/survey.h"
#include "runner/run/sweep_answer.h"
#include "runner/run/sweep_stages.h"
#include "runner/run/winner.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/load_data.h"
#include "search/samplers/sampler.h"
#include "storage/backend.h"
#include "storage/events.h"

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
        request_(request),
        interrupt_(interrupt),
        printer_(printer),
        make_trials_(make_trials) {}

  int run() {
    auto held = hold_sweep(file_, request_, interrupt_, printer_);
    if (!held) {
      printer_.important(interrupted_text(request_));
      return kExitInterrupted;
    }
    held_ = *std::move(held);
    if (already_complete()) {
      drop_checkpoints(*held_.store, checkpoint_origin());  // of a run that was killed right then
      printer_.line(
          way_on(held_.row, held_.store->trials(held_.row.sweep_id), held_.spec.limits.trials));
      return answer();
    }
    begin();
    call_deadline_ = request_.seconds ? std::optional(time_after(*request_.seconds)) : std::nullopt;
    try {
      DriveResult result = train();
      if (held_.joined && result.end == DriveResult::End::kComplete) {
        const bool ready = kept_ || held_.spec.program || has_ensemble(held_.spec);
        switch (held_.joined->wait_for_end(ready)) {
          case JoinedRun::End::kHere:
            held_.row = *held_.store->find_sweep(held_.row.name);
            break;
          case JoinedRun::End::kElsewhere:
            printer_.line("another process has ended the sweep");
            return answer();
          case JoinedRun::End::kStopped:
            return interrupted();
        }
      }
      if (request_.shard && result.end == DriveResult::End::kComplete) {
        return ended_shard(result.reason);
      }
      result = repeat(std::move(result));
      if (result.end == DriveResult::End::kCallLimit) {
        return ended_by_call(result.reason);
      }
      if (result.end == DriveResult::End::kBroken) {
        return broken();
      }
      if (result.end == DriveResult::End::kInterrupted || !keep_winner(result)) {
        return interrupted();
      }
      held_.store->end_run(held_.row.sweep_id, SweepState::kComplete,
                           storage::stop_reason(result.reason), winner_id_, test_metrics_);
      drop_candidate(*held_.store, held_.row.sweep_id);
      drop_checkpoints(*held_.store, checkpoint_origin());
      if (candidates_) {
        candidates_->drop();
      }
    } catch (...) {
      give_up();
      throw;
    }
    return finish(answer());
  }

 private:
  void survey(storage::Reader& rows) {
    now_.emplace(survey_sweep(rows, held_.row, held_.earlier, held_.spec, request_.shard));
  }

  // Complete within the same limits, and nothing has been enqueued since.
  bool already_complete() {
    if (held_.row.state != SweepState::kComplete || !same_limits(held_.row, file_.tree)) {
      return false;
    }
    survey(*held_.store);
    return now_->plan.to_train() == 0 || held_.row.stop_reason == StopReason::kTime ||
           (held_.row.stop_reason == StopReason::kSpace && now_->plan.unfinished.empty());
  }

  // From here on the sweep is `running`. Epochs that unfinished trials have stored will be compared
  // when they are trained again, unless another CPU or build must be expected to give other bits.
  void begin() {
    workers_ = request_.workers.value_or(held_.spec.workers.value_or(usable_cores()));
    trials_ = held_.spec.program
                  ? make_program_trials(held_.spec, held_.row, request_.database, workers_)
                  : make_trials_(held_.data);
    const std::string here = fingerprint();
    const auto [all_same, same_bits] = compare_runs(*held_.store, held_.row.sweep_id, here);
    same_machine_ = all_same;
    if (held_.joined && held_.joined->others_train()) {
      join_others(run_started(held_.spec, workers_, held_.joined.get()));
      return;
    }
    survey(*held_.store);
    if (!same_bits && !now_->plan.unfinished.empty()) {
      printer_.line(
          "unfinished trials start again: they were begun on another CPU or by another build, "
          "which may give other bits");
    }
    held_.store->begin_run(held_.row.sweep_id,
                           {.config_yaml = file_.config_yaml,
                            .config_hash = held_.config_hash,
                            .host_json = host_json(),
                            .run_cap = now_->plan.limit,
                            .event = run_started(held_.spec, workers_, held_.joined.get()),
                            .forget_unfinished = !same_bits || !trials_->reproducible(),
                            .stage_trials = planned_trials(now_->stages)});
    // What a raised limit brought back counts for the rules, and they may end the sweep before it.
    read(*held_.store);
    held_.store->cut_beyond(held_.row.sweep_id, now_->plan.end_number());
    held_.row = *held_.store->find_sweep(held_.row.name);
    saved_ = checkpoints_of(*held_.store, held_.row.sweep_id, now_->plan.may_go_on);
    keep_checkpoint_files(checkpoint_origin(), saved_);
    if (held_.joined) {
      held_.store->make_durable();
      saved_.clear();  // whoever claims a trial takes its saved state over
      held_.joined->begin();
    }
  }

  // The sweep is `running`, as they have begun it.
  void join_others(const storage::RunStarted& event) {
    {
      const storage::Claims::Snapshot snapshot(held_.joined->claims());
      read(held_.joined->claims().reader());
    }
    held_.store->add_event(held_.row.sweep_id, std::nullopt, event.to_row());
    held_.joined->begin();
    printer_.line("other processes train this sweep already; this one joins them");
  }

  // What is left to do, and what the database has of it.
  void read(storage::Reader& rows) {
    survey(rows);
    if (!now_->plan.nothing_to_train()) {
      stored_ = stored_trials(rows, now_->plan.unfinished, held_.spec);
      add_curves(now_->plan, rows, held_.row.sweep_id, held_.spec, same_machine_);
    }
  }

  DriveResult train() {
    const auto deadline = deadline_of(held_.spec.limits, held_.row);
    if (now_->plan.nothing_to_train()) {
      return {DriveResult::End::kComplete, now_->plan.stop_reason(), now_->plan.end_number()};
    }
    if (deadline && *deadline <= Clock::now()) {
      return {DriveResult::End::kComplete, "time", now_->plan.end_number()};
    }
    say_beginning(held_.row.name, now_->plan, held_.spec, workers_, printer_);
    const auto learns = search::find_sampler(held_.spec.method)->learns;
    storage::Claims* claims = held_.joined ? &held_.joined->claims() : nullptr;
    storage::Journal& journal = claims == nullptr ? *held_.store : claims->journal();
    DriveResult result = record(journal, [&](storage::Recorder& recorder, Executor& executor) {
      Progress progress(printer_);
      Checkpoints checkpoints(checkpoint_origin(), checkpoint_limits(held_.spec, workers_), saved_,
                              recorder, [&](const std::string& line) { progress.say_soon(line); });
      DriveResult driven = drive(
          {held_.spec, *trials_, *now_->sampler, learns, now_->stages, now_->begun, recorder,
           executor, progress, workers_, stored_.epochs, deadline,
           CallLimits{request_.trials, call_deadline_}, held_.earlier.size(), stored_.folds,
           candidates(), &checkpoints, [&](const auto& best) { abandon(recorder, best); }, claims},
          std::move(now_->plan), stop_.get_token());
      recorder.close();
      checkpoints.tidy();
      return driven;
    });
    note_waited(*held_.store, held_.row.sweep_id, held_.spec, workers_, result, printer_);
    kept_ = std::move(result.kept);
    return result;
  }

  // After a search that has ended: trains its best trials with further seeds.
  DriveResult repeat(DriveResult searched) {
    if (searched.end != DriveResult::End::kComplete || held_.spec.repeats.seeds == 0) {
      return searched;
    }
    held_.store->cut_beyond(held_.row.sweep_id, searched.end_number);
    held_.row = *held_.store->find_sweep(held_.row.name);  // with the time that the search took
    DriveResult repeated =
        record(*held_.store, [&](storage::Recorder& recorder, Executor& executor) {
          Progress progress(printer_);
          return train_repeats({held_.spec, *trials_, recorder, executor, progress, workers_,
                                trials_to_repeat(*held_.store, held_.row, held_.spec.repeats),
                                deadline_of(held_.spec.limits, held_.row), call_deadline_, kept_,
                                [&](const auto& kept) { abandon(recorder, kept); }},
                               stop_.get_token());
        });
    kept_ = std::move(repeated.kept ? repeated.kept : kept_);
    searched.end = repeated.end;
    searched.reason = repeated.reason.empty() ? searched.reason : repeated.reason;
    return searched;
  }

  DriveResult record(storage::Journal& journal, const TrainRecorded& train) {
    return train_recorded(journal, held_.row.sweep_id, workers_, interrupt_, stop_, train);
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
    held_.joined.reset();
    held_.lock.reset();
    held_.store.reset();
    std::fflush(nullptr);
    std::_Exit(code);  // destructors would wait for the workers
  }

  // This process ends its part, and with it the sweep's run where no other process goes on. What
  // whoever ends the sweep may need is kept before others can.
  void rest(std::optional<StopReason> reason) {
    if (reason) {
      keep_candidate(*held_.store, held_.row.sweep_id, kept_, printer_);
    }
    if (!held_.joined || held_.joined->leave(std::string(reason ? to_text(*reason) : "error"))) {
      held_.store->end_run(held_.row.sweep_id, SweepState::kInterrupted, reason, std::nullopt, {});
    }
  }

  // The run ends for a reason beyond its trials: what is committed stays, and the sweep is
  // `interrupted`. Where the database itself has failed, the next run finds it as a killed one
  // leaves it.
  void give_up() noexcept {
    try {
      rest(std::nullopt);
    } catch (const std::exception&) {  // the error that is on its way already says why
    }
  }

  // Of the winner among the trials that count. False if it was interrupted.
  bool keep_winner(const DriveResult& result) {
    held_.store->cut_beyond(held_.row.sweep_id, result.end_number);
    const auto queries = storage::open_queries(request_.database);
    const auto best = queries->best(held_.row.name);
    if (!best) {
      return true;
    }
    if (held_.spec.program) {
      winner_id_ = best->trial_id;
      return true;  // its weights, and what becomes of test data, are the program's
    }
    const auto begin = Clock::now();
    auto metrics =
        runner::keep_winner({held_.row, held_.spec, held_.data, *trials_, kept_, same_machine_,
                             candidates(), workers_, load_folds_of(file_)},
                            *best, *queries, *held_.store, printer_, interrupt_);
    const std::chrono::duration<double> elapsed = Clock::now() - begin;
    held_.store->add_active_seconds(held_.row.sweep_id, elapsed.count());
    if (!metrics) {
      return false;
    }
    winner_id_ = best->trial_id;
    test_metrics_ = *std::move(metrics);
    return true;
  }

  CheckpointOrigin checkpoint_origin() const {
    return {request_.database, held_.row.sweep_id, fingerprint(), held_.data_json};
  }

  Candidates* candidates() {
    if (!candidates_ && has_ensemble(held_.spec) && !request_.shard) {
      candidates_.emplace(
          candidates_of(*held_.store, held_.row.sweep_id, held_.spec, held_.joined != nullptr));
    }
    return candidates_ ? &*candidates_ : nullptr;
  }

  int ended_by_call(const std::string& reason) {
    rest(storage::stop_reason(reason));
    printer_.line(call_ended_text(request_, reason));
    return answer();
  }

  // Its share is trained, also where no trial of it is complete.
  int ended_shard(const std::string& reason) {
    drop_checkpoints(*held_.store, checkpoint_origin());
    rest(storage::stop_reason(reason));
    answer();
    printer_.line(merge_hint(*request_.shard, request_.database));
    return kExitDone;
  }

  // Trials that have failed stay so: the program may have been mended for the others.
  int broken() {
    rest(StopReason::kFailures);
    printer_.important(broken_text(request_));
    return finish(kExitFailures);
  }

  int interrupted() {
    rest(StopReason::kSignal);
    printer_.important(interrupted_text(request_));
    return kExitInterrupted;
  }

  // The sweep has ended, or is given up; what is interrupted goes on some day.
  int finish(int code) {
    run_on_finish(held_.spec.on_finish, request_.database, held_.row.name, interrupt_, printer_);
    return code;
  }

  int answer() { return print_answer(request_, held_.row.name, printer_); }

  const SweepFile& file_;
  const RunRequest& request_;
  const std::stop_token& interrupt_;
  LinePrinter& printer_;
  const MakeTrials& make_trials_;
  HeldSweep held_;
  std::unique_ptr<TrialFactory> trials_;
  StoredTrials stored_;
  std::optional<Survey> now_;  // as the rows stand
  bool same_machine_ = true;   // all runs of this sweep had the fingerprint of this one
  int workers_ = 1;
  std::optional<Clock::time_point> call_deadline_;  // `--time`
  std::vector<storage::CheckpointRow> saved_;       // that its trials go on from
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
