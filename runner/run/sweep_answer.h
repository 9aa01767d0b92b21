// What `run` prints at its end.
#pragma once

#include <string>

#include "runner/console/line_printer.h"
#include "runner/run/sweep_run.h"
#include "storage/records.h"

namespace hpsearch::runner {

// What to do to go on with a complete sweep: "raise run_cap to extend it".
std::string way_on(const storage::SweepRow& sweep);

// Prints the sweep's result on stdout, as the request wants it. Returns the exit code: done, or no
// trial is complete. Throws StoreError.
int print_answer(const RunRequest& request, const std::string& sweep, LinePrinter& printer);

}  // namespace hpsearch::runner
