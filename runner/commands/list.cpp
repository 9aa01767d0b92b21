#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep/sweep_list.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "storage/backend.h"

namespace hpsearch::runner {

const char kListHelp[] =
    "Lists every sweep of the database, the newest first: its state, the trials that are done of\n"
    "those that are planned, and its best value. A name like quickstart~1 is a sweep that\n"
    "run --fresh has set aside.\n"
    "\n"
    "Example\n"
    "  hpsearch list --db results.db\n"
    "\n"
    "Exit codes: 0 done; 1 the database cannot be read; 2 it holds no sweep.\n";

int list_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands about one sweep; 'list' shows all");
  }
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const auto sweeps = reports::read_sweep_list(*queries);
  if (sweeps.empty()) {
    refuse_empty(invocation);
  }
  fmt::print("{}", invocation.options.count("json") > 0
                       ? reports::sweep_list_json(sweeps)
                       : reports::sweep_list_text(sweeps, terminal_width(stdout)));
  return kExitDone;
}

}  // namespace hpsearch::runner
