#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "storage/backend.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

using search::TrialState;

// Why this trial cannot be trained again; empty if it can.
std::string why_not(const storage::TrialRow& trial) {
  switch (trial.state) {
    case TrialState::kFailed:
      return "";
    case TrialState::kDiverged:
      return fmt::format(
          "trial {} diverged, and the same seed and parameters would diverge again; enqueue others",
          trial.number);
    case TrialState::kComplete:
    case TrialState::kPruned:
      return fmt::format("trial {} is {}; only failed trials are trained again", trial.number,
                         search::to_text(trial.state));
    default:
      if (trial.reason == "beyond_stop") {
        return fmt::format("trial {} lies beyond the sweep's stop; raise the limit that cut it off",
                           trial.number);
      }
      return fmt::format("trial {} is {}; the next run trains it without being asked", trial.number,
                         search::to_text(trial.state));
  }
}

std::vector<std::uint64_t> all_failed(const std::vector<storage::TrialRow>& trials) {
  std::vector<std::uint64_t> numbers;
  for (const storage::TrialRow& trial : trials) {
    if (trial.state == TrialState::kFailed) {
      numbers.push_back(trial.number);
    }
  }
  return numbers;
}

// The trials that are named, each once; UsageError with all that cannot be.
std::vector<std::uint64_t> named(const std::vector<std::string>& operands,
                                 const std::vector<storage::TrialRow>& trials,
                                 storage::Queries& queries,
                                 const storage::SweepRow& sweep) {
  std::vector<std::uint64_t> numbers;
  std::vector<std::string> refusals;
  for (const std::string& operand : operands) {
    const std::uint64_t number = trial_number(operand);
    const auto trial = std::find_if(trials.begin(), trials.end(),
                                    [&](const auto& t) { return t.number == number; });
    const std::string refusal =
        trial == trials.end() ? no_such_trial(queries, sweep, number) : why_not(*trial);
    if (!refusal.empty()) {
      refusals.push_back(refusal);
    } else if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) {
      numbers.push_back(number);
    }
  }
  if (!refusals.empty()) {
    throw UsageError(fmt::format("{}", fmt::join(refusals, "\n")));
  }
  return numbers;
}

}  // namespace

const char kRetryHelp[] =
    "Puts failed trials back, all of them or those named: the next run trains them first, under\n"
    "their number, with their seed and parameters. A trial that has diverged would do so again "
    "and\n"
    "is refused.\n"
    "\n"
    "Examples\n"
    "  hpsearch retry && hpsearch run sweep.yaml\n"
    "  hpsearch retry 4 17\n"
    "\n"
    "Exit codes: 0 done, also where no trial has failed; 1 another process runs the sweep; 2 a "
    "trial\n"
    "that is named cannot be retried: then none is.\n";

int retry_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  require_runnable(sweep);
  const auto store = storage::open_store(invocation.database, tool_version());
  store->interrupt_dead_sweeps();
  const storage::SweepLock lock(invocation.database, sweep.sweep_id, sweep.name);
  const auto trials = store->trials(sweep.sweep_id);
  const auto numbers = invocation.operands.empty()
                           ? all_failed(trials)
                           : named(invocation.operands, trials, *queries, sweep);
  LinePrinter printer(stderr);
  if (numbers.empty()) {
    printer.line(fmt::format("sweep '{}' has no failed trial", sweep.name));
    return kExitDone;
  }
  store->put_back(sweep.sweep_id, numbers);
  const bool one = numbers.size() == 1;
  fmt::print("queued again: trial{} {}\n", one ? "" : "s", fmt::join(numbers, ", "));
  printer.line(fmt::format("to train {}: {}", one ? "it" : "them", run_command_text(invocation)));
  return kExitDone;
}

}  // namespace hpsearch::runner
