#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/sweep/sweep_list.h"
#include "reports/text/json_values.h"
#include "reports/text/printable.h"
#include "runner/commands/answer.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/stop_process.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/location.h"

namespace hpsearch::runner {
namespace {

reports::SweepListRow state_of(storage::Queries& queries, const std::string& name) {
  storage::SweepRow sweep = queries.sweep(name).value();
  sweep.state = reports::current_state(queries, sweep);
  return {sweep, queries.summary(name), reports::planned_trials(queries, sweep.sweep_id)};
}

std::string state_line(const reports::SweepListRow& row) {
  return reports::printable(fmt::format("{}: {}, {} of {} trials done", row.sweep.name,
                                        to_text(row.sweep.state), row.done(), row.planned_trials));
}

std::string state_json(const reports::SweepListRow& row, const std::vector<std::int64_t>& stopped) {
  return reports::json_line({{"format", reports::kJsonFormat},
                             {"sweep", row.sweep.name},
                             {"state", to_text(row.sweep.state)},
                             {"done", row.done()},
                             {"planned", row.planned_trials},
                             {"stopped", stopped}});
}

// Each asks the server every other second whether it shall end. One that is dead, on another host,
// is gone once its lease has run out.
void stop_anywhere(const std::filesystem::path& database,
                   std::int64_t sweep_id,
                   std::vector<storage::LockOwner> owners,
                   LinePrinter& printer) {
  constexpr auto kPause = std::chrono::milliseconds(200);
  for (const auto& owner : owners) {
    printer.line(fmt::format("asking process {} on {} to stop", owner.pid, owner.host));
  }
  while (!owners.empty()) {
    storage::SweepLock::ask_to_stop(database, sweep_id);  // also those that have joined meanwhile
    std::this_thread::sleep_for(kPause);
    owners = storage::SweepLock::owners(database, sweep_id);
  }
}

}  // namespace

const char kStopHelp[] =
    R"(Asks the process that runs the sweep to stop, as Ctrl-C would, waits until it has ended, and prints
the state of the sweep. Of a sweep that several processes train (run --join), it stops them all; in
a database of a server, on whatever host they run.
Nothing finished is lost: run the sweep again to continue it.

Example
  hpsearch stop --sweep quickstart

Exit codes: 0 the run has ended; 1 it runs on another machine or as another user, or the database
cannot be read; 2 the sweep does not exist, or is not running.
)";

int stop_command(const Invocation& invocation) {
  require_fields_of(invocation,
                    R"({"format":1,"sweep":"","state":"","done":0,"planned":0,"stopped":[]})");
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  auto owners = storage::SweepLock::owners(invocation.database, sweep.sweep_id);
  if (owners.empty()) {
    throw UsageError(fmt::format("sweep '{}' is not running; {}", sweep.name,
                                 state_line(state_of(*queries, sweep.name))));
  }
  LinePrinter printer(stderr);
  std::vector<std::int64_t> stopped;  // processes
  if (storage::is_url(invocation.database)) {
    for (const auto& owner : owners) {
      stopped.push_back(owner.pid);
    }
    stop_anywhere(invocation.database, sweep.sweep_id, std::exchange(owners, {}), printer);
  }
  const auto file = storage::SweepLock::file(invocation.database, sweep.sweep_id);
  // Others may join until the last one has ended.
  while (!owners.empty()) {
    for (const auto& owner : owners) {
      printer.line(fmt::format("asking process {} to stop", owner.pid));
      stopped.push_back(owner.pid);
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
  const auto row = state_of(*queries, sweep.name);
  print_answer(invocation, in_form(
                               invocation, [&] { return state_line(row) + "\n"; },
                               [&] { return state_json(row, stopped); }));
  return kExitDone;
}

}  // namespace hpsearch::runner
