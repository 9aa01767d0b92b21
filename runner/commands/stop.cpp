#include <cstdio>
#include <stdexcept>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep/sweep_list.h"
#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/stop_process.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"
#include "storage/backend.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

std::string state_line(storage::Queries& queries, const std::string& name) {
  const storage::SweepRow sweep = queries.sweep(name).value();
  const reports::SweepListRow row{sweep, queries.summary(name),
                                  reports::planned_trials(queries, sweep.sweep_id)};
  return reports::printable(fmt::format("{}: {}, {} of {} trials done", name,
                                        to_text(reports::current_state(queries, sweep)), row.done(),
                                        row.planned_trials));
}

}  // namespace

const char kStopHelp[] =
    R"(Asks the process that runs the sweep to stop, as Ctrl-C would, waits until it has ended, and prints
the state of the sweep. Of a sweep that several processes train (run --join), it stops them all.
Nothing finished is lost: run the sweep again to continue it.

Example
  hpsearch stop --sweep quickstart

Exit codes: 0 the run has ended; 1 it runs on another machine or as another user, or the database
cannot be read; 2 the sweep does not exist, or is not running.
)";

int stop_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  auto owners = storage::SweepLock::owners(invocation.database, sweep.sweep_id);
  if (owners.empty()) {
    throw UsageError(
        fmt::format("sweep '{}' is not running; {}", sweep.name, state_line(*queries, sweep.name)));
  }
  const auto file = storage::SweepLock::file(invocation.database, sweep.sweep_id);
  LinePrinter printer(stderr);
  // Others may join until the last one has ended.
  while (!owners.empty()) {
    for (const auto& owner : owners) {
      printer.line(fmt::format("asking process {} to stop", owner.pid));
    }
    stop_processes(owners, file, fmt::format("sweep '{}'", sweep.name));
    auto left = storage::SweepLock::owners(invocation.database, sweep.sweep_id);
    if (!left.empty() && left.front().pid == owners.front().pid) {
      throw std::runtime_error(fmt::format(
          "{}: process {} holds the lock of sweep '{}' and cannot be stopped from here; stop it "
          "where it was started",
          file.string(), left.front().pid, sweep.name));
    }
    owners = std::move(left);
  }
  print_text(state_line(*queries, sweep.name) + "\n");
  return kExitDone;
}

}  // namespace hpsearch::runner
