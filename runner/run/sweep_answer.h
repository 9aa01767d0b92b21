// What `run` says of a sweep as it begins and ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/console/line_printer.h"
#include "runner/run/driver.h"
#include "runner/run/plan.h"
#include "runner/run/sweep_run.h"
#include "storage/records.h"
#include "storage/store.h"

namespace hpsearch::runner {

// "quickstart: 60 trials to train on 2 workers, 3 done before", and why some workers may be idle.
void say_beginning(const std::string& sweep,
                   const Plan& plan,
                   const search::SweepSpec& spec,
                   int workers,
                   LinePrinter& printer);

// When `stop.time` ends a sweep that trains from now on; empty: it has no such limit.
std::optional<std::chrono::steady_clock::time_point> deadline_of(const search::StopLimits& limits,
                                                                 const storage::SweepRow& sweep);

// That the sweep is complete, and how to go on with one of `limit` trials: "raise run_cap to extend
// it".
std::string way_on(const storage::SweepRow& sweep,
                   const std::vector<storage::TrialRow>& trials,
                   std::int64_t limit);

// The price of suggestions that do not depend on the threads' timing, as an event and as a line;
// nothing where no worker waited.
void note_waited(storage::Store& store,
                 std::int64_t sweep_id,
                 const search::SweepSpec& spec,
                 int workers,
                 const DriveResult& result,
                 LinePrinter& printer);

// What to do after a call that its own limit, "trials" or "time", has ended, and after a signal.
std::string call_ended_text(const RunRequest& request, const std::string& reason);
std::string interrupted_text(const RunRequest& request);

// What to do after a run whose trials have all failed.
std::string broken_text(const RunRequest& request);

// Prints the sweep's result on stdout, as the request wants it. Returns the exit code: done, no
// trial is complete, or too many have failed. Throws StoreError.
int print_answer(const RunRequest& request, const std::string& sweep, LinePrinter& printer);

}  // namespace hpsearch::runner
