#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "reports/text/json_values.h"
#include "runner/commands/answer.h"
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

// Why this trial cannot be retried; empty if it can.
std::string why_not(const storage::TrialRow& trial) {
  switch (trial.state) {
    case TrialState::kFailed:
      return "";
    case TrialState::kDiverged:
      return fmt::format(
          "trial {} diverged and would diverge again with the same seed; enqueue other parameters",
          trial.number);
    case TrialState::kComplete:
    case TrialState::kPruned:
      return fmt::format("trial {} is {}; only failed trials can be retried", trial.number,
                         search::to_text(trial.state));
    default:
      if (trial.reason == "beyond_stop") {
        return fmt::format("trial {} lies beyond the sweep's limit; raise that limit instead",
                           trial.number);
      }
      return fmt::format("trial {} is {}; the next run trains it anyway", trial.number,
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

// The named trials, each once. Throws UsageError listing all that cannot be retried.
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
    R"(Queues failed trials again, all of them or those named. The next run trains them first, with the
same number, seed and parameters. A diverged trial is refused, because it would diverge again.

Examples
  hpsearch retry && hpsearch run sweep.yaml
  hpsearch retry 4 17

Exit codes: 0 done, or no trial has failed; 1 another process runs the sweep, or the database cannot
be read or written; 2 the sweep does not exist, or one of the named trials cannot be retried; none
was queued then.
)";

int retry_command(const Invocation& invocation) {
  require_fields_of(invocation, R"({"format":1,"sweep":"","queued":[]})");
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
  const bool one = numbers.size() == 1;
  if (!numbers.empty()) {
    store->put_back(sweep.sweep_id, numbers);
  }
  print_answer(invocation, in_form(
                               invocation,
                               [&] {
                                 return numbers.empty()
                                            ? ""
                                            : fmt::format("queued again: trial{} {}\n",
                                                          one ? "" : "s", fmt::join(numbers, ", "));
                               },
                               [&] {
                                 return reports::json_line({{"format", reports::kJsonFormat},
                                                            {"sweep", sweep.name},
                                                            {"queued", numbers}});
                               }));
  if (numbers.empty()) {
    printer.line(fmt::format("sweep '{}' has no failed trials", sweep.name));
    return kExitDone;
  }
  printer.line(fmt::format("to train {}: {}", one ? "it" : "them", run_command_text(invocation)));
  return kExitDone;
}

}  // namespace hpsearch::runner
