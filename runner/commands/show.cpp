#include <cstdio>
#include <fstream>
#include <iterator>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"
#include "runner/run/program_trials.h"
#include "storage/artifacts.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

storage::TrialRow find_trial(storage::Queries& queries,
                             const storage::SweepRow& sweep,
                             const std::string& text) {
  const std::uint64_t number = trial_number(text);
  if (auto trial = queries.trial(sweep.sweep_id, number)) {
    return *std::move(trial);
  }
  throw UsageError(no_such_trial(queries, sweep, number));
}

// What the program of a trial has printed, as it is: whoever asks for it redirects it or reads it.
std::string log_text(storage::Queries& queries,
                     const storage::SweepRow& sweep,
                     const std::string& number) {
  const storage::TrialRow trial = find_trial(queries, sweep, number);
  const auto files = storage::artifact_file(
      queries.path(), storage::artifact_path(queries.path(), sweep.sweep_id, ""));
  const auto path = program_log(files, trial.number);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw UsageError(
        fmt::format("{}: there is no log of trial {}; programs that have printed "
                    "something have one once they have ended",
                    path.string(), trial.number));
  }
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  return isatty(STDOUT_FILENO) != 0 ? reports::printable(text, reports::LineBreaks::kKept) : text;
}

}  // namespace

void add_show_options(po::options_description& options) {
  options.add_options()  //
      ("log", "print what the program of trial N has printed, its last 64 KB");
  add_json_option(options);
}

const char kShowHelp[] =
    R"(Shows everything about trial N: how it ended, its parameters and where they lie in their ranges, its
metrics, epochs and events; for the winner of a finished sweep also its confusion matrix and the
rows it predicts worst. Without N, shows the course of the sweep: its stages, their ranges and the
reasons for them, and its events.

Examples
  hpsearch show 45
  hpsearch show 45 --log
  hpsearch show --sweep quickstart

Exit codes: 0 done; 1 the database cannot be read; 2 the sweep or the trial does not exist.
)";

int show_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const bool json = invocation.options.count("json") > 0;
  if (invocation.operands.empty()) {
    if (invocation.options.count("log") > 0) {
      throw UsageError("--log needs a trial: hpsearch show N --log");
    }
    const auto story = reports::read_sweep_story(*queries, sweep);
    if (json) {
      print_json(reports::story_json(story));
    } else {
      print_text(reports::story_text(story));
    }
    return kExitDone;
  }
  if (invocation.options.count("log") > 0) {
    print_text(log_text(*queries, sweep, invocation.operands.front()));
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
