#include "runner/run/sweep_answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/summary/report_fields.h"
#include "reports/summary/sweep_report.h"
#include "runner/console/duration.h"
#include "runner/console/exit_code.h"
#include "runner/console/field_choice.h"
#include "runner/console/output.h"
#include "runner/console/shell_word.h"
#include "runner/run/lag_text.h"
#include "storage/backend.h"
#include "storage/events.h"

namespace hpsearch::runner {

namespace {

std::string how_to_extend(const storage::SweepRow& sweep,
                          const std::vector<storage::TrialRow>& trials,
                          std::int64_t limit) {
  const auto waiting = std::count_if(trials.begin(), trials.end(), [&](const auto& trial) {
    return trial.origin == storage::Origin::kEnqueued && trial.attempt == 0 &&
           trial.number >= static_cast<std::uint64_t>(limit);
  });
  if (waiting > 0) {
    return fmt::format(
        "{} enqueued trial{} lie{} beyond its limit and {} not trained; to train {}, write "
        "run_cap: {} in the sweep file",
        waiting, waiting == 1 ? "" : "s", waiting == 1 ? "s" : "", waiting == 1 ? "is" : "are",
        waiting == 1 ? "it" : "them", trials.back().number + 1);
  }
  const auto reason = sweep.stop_reason.value_or(storage::StopReason::kRunCap);
  if (reason == storage::StopReason::kSpace) {
    return "all points of its space have been tried";
  }
  if (reason == storage::StopReason::kTarget) {
    return "a trial has reached the target; set a better one to extend it";
  }
  return fmt::format("raise {}{} to extend it",
                     reason == storage::StopReason::kRunCap ? "" : "stop.", to_text(reason));
}

}  // namespace

void say_beginning(const std::string& sweep,
                   const Plan& plan,
                   const search::SweepSpec& spec,
                   int workers,
                   LinePrinter& printer) {
  const auto ending = [](auto n) { return n == 1 ? "" : "s"; };
  printer.line(
      fmt::format("{}: {} trial{} to train on {} worker{}{}", sweep, plan.to_train(),
                  ending(plan.to_train()), workers, ending(workers),
                  plan.finished > 0 ? fmt::format(", {} done before", plan.finished) : ""));
  if (const std::string note = lag_note(spec, workers); !note.empty()) {
    printer.line(note);
  }
}

std::optional<std::chrono::steady_clock::time_point> deadline_of(const search::StopLimits& limits,
                                                                 const storage::SweepRow& sweep) {
  return limits.seconds
             ? std::optional(time_after(std::max(0.0, *limits.seconds - sweep.active_seconds)))
             : std::nullopt;
}

std::string way_on(const storage::SweepRow& sweep,
                   const std::vector<storage::TrialRow>& trials,
                   std::int64_t limit) {
  return fmt::format("sweep '{}' is already complete; {}", sweep.name,
                     how_to_extend(sweep, trials, limit));
}

void note_waited(storage::Store& store,
                 std::int64_t sweep_id,
                 const search::SweepSpec& spec,
                 int workers,
                 const DriveResult& result,
                 LinePrinter& printer) {
  if (result.waited_seconds <= 0.0) {
    return;
  }
  const storage::WorkersWaited event{result.waited_seconds, result.worker_seconds, spec.lag()};
  store.add_event(sweep_id, std::nullopt, event.to_row());
  printer.line(waited_text(spec, workers, result.waited_seconds, result.worker_seconds));
}

std::string call_ended_text(const RunRequest& request, const std::string& reason) {
  return fmt::format("this call ends here, as --{} asked; to go on:\n  {}",
                     reason == "time" ? "time" : "trials", request.continue_command);
}

std::string interrupted_text(const RunRequest& request) {
  return fmt::format("interrupted; nothing that was finished is lost. To continue:\n  {}",
                     request.continue_command);
}

std::string broken_text(const RunRequest& request) {
  return fmt::format(
      "the first trials have all failed, so the run ends; to see why:\n  hpsearch show 0 --db "
      "{0}\nthen mend the program, and\n  hpsearch retry --db {0}\n  {1}",
      shell_word(request.database.string()), request.continue_command);
}

int print_answer(const RunRequest& request, const std::string& sweep, LinePrinter& printer) {
  const auto queries = storage::open_queries(request.database);
  const auto report = reports::read_report(*queries, *queries->sweep(sweep), 1);
  if (request.json) {
    print_json(
        choose_fields(reports::json_report(report, std::nullopt), request.fields,
                      {{}, {reports::kOptionalFields.begin(), reports::kOptionalFields.end()}}));
  } else if (!request.silent) {
    print_text(reports::headline(report));
  }
  if (report.sweep.state == storage::SweepState::kComplete &&
      report.sweep.stop_reason == storage::StopReason::kFailures) {
    printer.line(fmt::format("too many trials failed; to see why, run: hpsearch show N --db {}",
                             shell_word(request.database.string())));
    return kExitFailures;
  }
  if (report.sweep.metric.empty() && report.summary.complete > 0) {
    return kExitDone;  // all trials have run, and none is better than another
  }
  if (report.top.empty()) {
    printer.line(fmt::format("no trial is complete; to see why, run: hpsearch show 0 --db {}",
                             shell_word(request.database.string())));
    return kExitNoTrial;
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
