#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "reports/summary/live_view.h"
#include "reports/sweep/sweep_list.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/follow_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

using storage::StopReason;
using storage::SweepState;

// A look at the lock costs some microseconds.
constexpr std::chrono::milliseconds kBetweenLooks{100};

struct Ending {
  ExitCode code;
  std::string words;  // for stderr
};

// What the run that has ended would have said by its exit code.
Ending ending_of(storage::Queries& queries, const storage::SweepRow& sweep) {
  const bool any = queries.best(sweep.name).has_value() ||
                   (sweep.metric.empty() && queries.summary(sweep.name).complete > 0);
  if (sweep.state == SweepState::kRunning) {
    return {kExitRuntime,
            "the process that ran it has died; nothing committed is lost, and the same command "
            "continues it"};
  }
  if (sweep.stop_reason == StopReason::kFailures) {
    return {kExitFailures, "too many trials have failed"};
  }
  if (sweep.state == SweepState::kComplete) {
    return any ? Ending{kExitDone, ""} : Ending{kExitNoTrial, "no trial is complete"};
  }
  if (sweep.stop_reason == StopReason::kSignal) {
    return {kExitInterrupted, "its run was interrupted; the same command continues it"};
  }
  if (!sweep.stop_reason) {
    return {kExitRuntime, "an error has ended its run; the same command continues it"};
  }
  // --trials or --time, or a shard.
  return any ? Ending{kExitDone, ""} : Ending{kExitNoTrial, "no trial is complete yet"};
}

}  // namespace

const char kWaitHelp[] =
    R"(Waits until no process runs the sweep any more, prints its state, and ends with the exit code that
the run had: for scripts, and for what is to happen in another terminal. Where nothing runs it, that
is so at once. It also ends when the process that ran the sweep is killed, and says so.

Examples
  hpsearch wait quickstart && hpsearch report --best
  hpsearch wait && shutdown now

Exit codes: 0 the sweep is complete, or the run has done what its command asked for; 1 the run died
or ended in an error, or the database cannot be read; 2 the sweep does not exist; 3 no trial is
complete; 4 too many trials failed; 130 the run was interrupted.
)";

int wait_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow chosen = choose_operand(*queries, invocation);
  while (queries->is_being_run(chosen.sweep_id)) {
    std::this_thread::sleep_for(kBetweenLooks);
  }
  // It may have been set aside meanwhile: a sweep keeps its number, not its name.
  storage::SweepRow sweep = chosen;
  for (storage::SweepRow& row : queries->sweeps()) {
    if (row.sweep_id == chosen.sweep_id) {
      sweep = std::move(row);
    }
  }
  const Ending ending = ending_of(*queries, sweep);
  if (!ending.words.empty()) {
    LinePrinter(stderr).important(fmt::format("{}: {}", sweep.name, ending.words));
  }
  const storage::Queries::Snapshot snapshot(*queries);
  print_text(reports::live_line(reports::LiveReader().read(*queries, sweep), {}) + "\n");
  return ending.code;
}

}  // namespace hpsearch::runner
