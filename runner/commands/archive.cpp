#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/record_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/output.h"
#include "runner/run/environment.h"
#include "storage/backend.h"

namespace hpsearch::runner {

void add_archive_options(boost::program_options::options_description& options) {
  options.add_options()("undo", "list them again");
}

const char kArchiveHelp[] =
    R"(Puts sweeps away: `list` and the menu of the page leave them out, and no command takes them for the
newest sweep. Nothing is removed: every command reads them by name, and `list --all` shows them. A
further run of a sweep brings it back.

Examples
  hpsearch archive quickstart~1
  hpsearch archive first-try second-try
  hpsearch archive first-try --undo

Exit codes: 0 done; 1 the database cannot be read or written; 2 a sweep does not exist.
)";

int archive_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const auto sweeps = named_sweeps(*queries, invocation);
  const bool archived = invocation.options.count("undo") == 0;
  const auto store = storage::open_store(invocation.database, tool_version());
  for (const storage::SweepRow& sweep : sweeps) {
    store->archive(sweep.sweep_id, archived);
    print_text(fmt::format("{}: {}\n", sweep.name, archived ? "archived" : "no longer archived"));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
