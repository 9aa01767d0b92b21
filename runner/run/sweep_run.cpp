#include "runner/run/sweep_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <set>

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
#include "runner/run/run_event.h"
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
      printer_.line(way_on(sweep_, store_->trials(sweep_.sweep_id), spec_.limits.trials));
      return answer();
    }
    begin();
    try {
      const DriveResult result = train();
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

  const search::SamplerInfo& method() const { return *search::find_sampler(spec_.method); }

  // The sweep as its rows stand: the stages, the sampler, and what is left to do.
  void survey() {
    const auto trials = store_->trials(sweep_.sweep_id);
    stage_rows_ = store_->stages(sweep_.sweep_id);
    const auto begun = storage::events_of<storage::StageStarted>(*store_, sweep_.sweep_id);
    for (const storage::StageStarted& event : begun) {
      begun_.insert(event.stage);
    }
    require_whole(spec_, stage_rows_, begun, trials);
    const auto known = begun_stages(spec_, stage_rows_, begun);
    const auto stages = current_stages(spec_, stage_rows_, begun, trials);
    for (std::size_t i = 0; i < stage_rows_.size(); ++i) {
      stage_rows_[i].trials = stages.empty() ? spec_.limits.trials : stages[i].all_trials;
    }
    sampler_ = method().make({spec_.space, spec_.seed, spec_.search, stages, known, spec_.lag(),
                              spec_.constraints, earlier_});
    if (spec_.limits.all_points && sampler_->size()) {
      // The sweep is all points of its grid, and what people enqueued beside them.
      spec_.limits.trials = static_cast<std::int64_t>(*sampler_->size()) + count_enqueued(trials);
    }
    plan_ = make_plan(trials, spec_.limits, spec_.metric, sampler_->size(),
                      method().learns != search::Learns::kNothing, promotes(spec_));
  }

  // Complete within the same limits, and nothing has been enqueued since.
  bool already_complete() {
    if (sweep_.state != SweepState::kComplete || !same_limits(sweep_, file_.tree)) {
      return false;
    }
    survey();
    return plan_->nothing_to_train() || sweep_.stop_reason == StopReason::kTime ||
           (sweep_.stop_reason == StopReason::kSpace && plan_->unfinished.empty());
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
    const bool comparable = same_bits && trials_->reproducible();
    survey();
    if (!same_bits && !plan_->unfinished.empty()) {
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
                       .run_cap = spec_.limits.trials,
                       .event = {here, workers_, spec_.limits.trials, deterministic},
                       .forget_unfinished = !comparable,
                       .stage_trials = planned_trials(stage_rows_)});
    // What a raised limit brought back counts for the rules, and they may end the sweep before it.
    survey();
    store_->cut_beyond(sweep_.sweep_id, plan_->end_number());
    sweep_ = *store_->find_sweep(sweep_.name);
  }

  DriveResult train() {
    std::optional<Clock::time_point> deadline;
    if (spec_.limits.seconds) {
      deadline = time_after(std::max(0.0, *spec_.limits.seconds - sweep_.active_seconds));
    }
    if (plan_->nothing_to_train()) {
      return {DriveResult::End::kComplete, plan_->stop_reason(), plan_->end_number()};
    }
    if (deadline && *deadline <= Clock::now()) {
      return {DriveResult::End::kComplete, "time", plan_->end_number()};
    }
    printer_.line(begin_line(sweep_.name, *plan_, workers_));
    if (const std::string note = lag_note(spec_, workers_); !note.empty()) {
      printer_.line(note);
    }
    const StoredTrials stored = stored_trials(*store_, plan_->unfinished, spec_);
    const auto saved = checkpoints_of(*store_, sweep_.sweep_id, plan_->may_go_on);
    add_curves(*plan_, *store_, sweep_.sweep_id, spec_);
    storage::Recorder recorder(*store_, sweep_.sweep_id, [this] { stop_.request_stop(); });
    Progress progress(printer_);
    const std::stop_callback forward(interrupt_, [this] { stop_.request_stop(); });
    CallLimits call{request_.trials, std::nullopt};
    if (request_.seconds) {
      call.deadline = time_after(*request_.seconds);
    }
    Checkpoints checkpoints(checkpoint_origin(), checkpoint_limits(spec_, workers_), saved,
                            recorder, [&](const std::string& line) { progress.say_soon(line); });
    // What is thrown from here on finds the recorder closed by its destructor.
    const auto executor = make_executor(workers_);
    DriveResult result = drive(
        {spec_, *trials_, *sampler_, method().learns, stage_rows_, begun_, recorder, *executor,
         progress, workers_, stored.epochs, deadline, call, earlier_.size(), stored.folds,
         candidates(), &checkpoints, [&](const auto& best) { abandon(recorder, best); }},
        *std::move(plan_), stop_.get_token());
    recorder.close();
    checkpoints.tidy();
    note_waited(*store_, sweep_.sweep_id, spec_, workers_, result, printer_);
    kept_ = std::move(result.kept);
    return result;
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
  std::vector<storage::StageRow> stage_rows_;
  std::set<int> begun_;  // stages
  std::unique_ptr<search::Sampler> sampler_;
  std::optional<Plan> plan_;
  std::unique_ptr<storage::Store> store_;
  storage::SweepRow sweep_;
  std::unique_ptr<storage::SweepLock> lock_;
  bool same_machine_ = true;  // all runs of this sweep had the fingerprint of this one
  int workers_ = 1;
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
