#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

storage::TrialRow find_trial(storage::Queries& queries,
                             const storage::SweepRow& sweep,
                             const std::string& text) {
  const std::uint64_t number = trial_number(text);
  if (auto trial = queries.trial(sweep.sweep_id, number)) {
    return *std::move(trial);
  }
  throw UsageError(no_such_trial(queries, sweep, number));
}

}  // namespace

const char kShowHelp[] =
    R"(Shows everything about trial N: how it ended, its parameters and where they lie in their ranges, its
metrics, epochs and events; for the winner of a finished sweep also its confusion matrix and the
rows it predicts worst. Without N, shows the course of the sweep: its stages, their ranges and the
reasons for them, and its events.

Examples
  hpsearch show 45
  hpsearch show --sweep quickstart

Exit codes: 0 done; 1 the database cannot be read; 2 the sweep or the trial does not exist.
)";

int show_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const bool json = invocation.options.count("json") > 0;
  if (invocation.operands.empty()) {
    const auto story = reports::read_sweep_story(*queries, sweep);
    if (json) {
      print_json(reports::story_json(story));
    } else {
      print_text(reports::story_text(story));
    }
    return kExitDone;
  }
  const auto report = reports::read_trial_report(
      *queries, sweep, find_trial(*queries, sweep, invocation.operands.front()));
  if (json) {
    print_json(reports::trial_json(report));
  } else {
    print_text(reports::trial_text(report, terminal_width(stdout)));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
