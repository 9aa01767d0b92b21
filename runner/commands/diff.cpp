#include <cstdio>

#include <fmt/format.h>

#include "runner/commands/choose_sweep.h"
#include "runner/commands/record_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/unified_diff.h"
#include "runner/console/usage_error.h"
#include "runner/stored/best_yaml.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

// What is compared, under a name for the header of the diff.
struct Configuration {
  std::string name;
  std::string yaml;
};

Configuration of_trial(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const std::string& text) {
  const std::uint64_t number = trial_number(text);
  const auto trial = queries.trial(sweep.sweep_id, number);
  if (!trial) {
    throw UsageError(no_such_trial(queries, sweep, number));
  }
  std::string yaml = trial_yaml(sweep, *trial);
  yaml.erase(0, yaml.find('\n') + 1);  // the name, which says no more than the header
  return {fmt::format("{} trial {}", sweep.name, number), std::move(yaml)};
}

Configuration of_sweep(storage::Queries& queries,
                       const Invocation& invocation,
                       const std::string& name) {
  Invocation one = invocation;
  one.sweep = name;
  const storage::SweepRow sweep = choose_sweep(queries, one);
  return {sweep.name, sweep.config_yaml};
}

}  // namespace

const char kDiffHelp[] =
    R"(Compares the configurations of two trials line by line, in the form of diff -u: for each the sweep
file that trains it alone, as `export --format yaml` writes it. With names instead of numbers, it
compares the files of two sweeps as they were run last.

`report --compare` compares results.

Examples
  hpsearch diff 3 7
  hpsearch diff 3 7 --sweep quickstart
  hpsearch diff quickstart~1 quickstart

Exit codes: 0 done; 1 the database cannot be read; 2 a sweep or a trial does not exist.
)";

int diff_command(const Invocation& invocation) {
  if (invocation.operands.size() != 2) {
    throw UsageError("'diff' needs two trials or two sweeps: hpsearch diff 3 7");
  }
  const auto queries = storage::open_queries(invocation.database);
  const std::string& a = invocation.operands[0];
  const std::string& b = invocation.operands[1];
  const bool trials = whole_number(a, 0, kMaxTrials) && whole_number(b, 0, kMaxTrials);
  if (!trials && invocation.sweep) {
    throw UsageError("with --sweep, 'diff' needs the numbers of two trials of that sweep");
  }
  Configuration before;
  Configuration after;
  if (trials) {
    const storage::SweepRow sweep = choose_sweep(*queries, invocation);
    before = of_trial(*queries, sweep, a);
    after = of_trial(*queries, sweep, b);
  } else {
    before = of_sweep(*queries, invocation, a);
    after = of_sweep(*queries, invocation, b);
  }
  const std::string text = unified_diff(before.yaml, after.yaml, before.name, after.name);
  if (text.empty()) {
    LinePrinter(stderr).line(
        fmt::format("{} and {} are configured alike", before.name, after.name));
  }
  print_text(text);
  return kExitDone;
}

}  // namespace hpsearch::runner
