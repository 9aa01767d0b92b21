#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep/sweep_list.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "storage/backend.h"

namespace hpsearch::runner {

const char kListHelp[] =
    R"(Lists every sweep in the database, newest first: its state, finished and planned trials, and best
value. A name like quickstart~1 is a sweep that run --fresh has set aside.

Example
  hpsearch list --db results.db

Exit codes: 0 done; 1 the database cannot be read; 2 it has no sweeps.
)";

int list_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const auto sweeps = reports::read_sweep_list(*queries);
  if (sweeps.empty()) {
    refuse_empty(invocation);
  }
  if (invocation.options.count("json") > 0) {
    print_json(reports::sweep_list_json(sweeps));
  } else {
    print_text(reports::sweep_list_text(sweeps, terminal_width(stdout)));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
