// The command that a sweep file wants to be run when its sweep has ended (`on_finish`).
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "runner/console/line_printer.h"

namespace hpsearch::runner {

// Nothing for an empty command. Runs it by /bin/sh in the folder of this process, with what the
// sweep found in the variables HPSEARCH_SWEEP, HPSEARCH_DB and others (configs/README.md), and
// waits for its end. What it writes goes to stderr, because stdout has the answer. That it cannot
// be started, or ends with another code than 0, is a line and no error. A stop ends it. Throws
// StoreError.
void run_on_finish(const std::string& command,
                   const std::filesystem::path& database,
                   const std::string& sweep,
                   const std::stop_token& interrupt,
                   LinePrinter& printer);

}  // namespace hpsearch::runner
