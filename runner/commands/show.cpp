#include <cstdio>
#include <fstream>
#include <iterator>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/summary/sweep_story.h"
#include "reports/summary/trial_report.h"
#include "reports/text/json_values.h"
#include "runner/commands/answer.h"
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

// Prints what the program of a trial has printed, as it is: whoever asks for it redirects it or
// reads it. In JSON it is a text.
void print_log(storage::Queries& queries,
               const storage::SweepRow& sweep,
               const Invocation& invocation) {
  const Form form = form_of(invocation);
  if (form == Form::kCsv || form == Form::kMarkdown) {
    throw UsageError("--log is the text of a program, not a table; leave --csv and --md out");
  }
  require_json_for_fields(invocation);
  const storage::TrialRow trial = find_trial(queries, sweep, invocation.operands.front());
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
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (form == Form::kJson) {
    const nlohmann::ordered_json json{{"format", reports::kJsonFormat},
                                      {"sweep", sweep.name},
                                      {"trial", trial.number},
                                      {"log", text}};
    print_answer(invocation, choose_fields(reports::json_line(json), chosen_fields(invocation)));
  } else {
    print_text(text, Paging::kIfLong);
  }
}

}  // namespace

void add_show_options(po::options_description& options) {
  options.add_options()  //
      ("log", "print what the program of trial N has printed, its last 64 KB");
  add_form_options(options);
}

const char kShowHelp[] =
    R"(Shows everything about trial N: how it ended, its parameters and where they lie in their ranges, its
metrics, epochs and events; for the winner of a finished sweep also its confusion matrix and the
rows it predicts worst. Without N, shows the course of the sweep: its stages, their ranges and the
reasons for them, and its events.

With --csv or --md it prints the epochs of the trial, or without N the events of the sweep.

Examples
  hpsearch show 45
  hpsearch show 45 --csv --fields epoch,train_loss,val_loss > curve.csv
  hpsearch show 45 --log
  hpsearch show --sweep quickstart

Exit codes: 0 done; 1 the database cannot be read; 2 the sweep or the trial does not exist.
)";

int show_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const bool programs = form_of(invocation) == Form::kCsv;
  const auto digits = programs ? reports::Digits::kAll : reports::Digits::kFew;
  if (invocation.operands.empty()) {
    if (invocation.options.count("log") > 0) {
      throw UsageError("--log needs a trial: hpsearch show N --log");
    }
    const auto story = reports::read_sweep_story(*queries, sweep);
    print_answer(invocation, in_form(
                                 invocation, [&] { return reports::story_text(story); },
                                 [&] { return reports::story_json(story); },
                                 [&] { return reports::story_table(story); }));
    return kExitDone;
  }
  if (invocation.options.count("log") > 0) {
    print_log(*queries, sweep, invocation);
    return kExitDone;
  }
  const auto report = reports::read_trial_report(
      *queries, sweep, find_trial(*queries, sweep, invocation.operands.front()));
  print_answer(
      invocation,
      in_form(
          invocation, [&] { return reports::trial_text(report, terminal_width(stdout)); },
          [&] { return reports::trial_json(report); },
          [&] { return reports::trial_table(report, digits); }, {{}, {"folds", "replicates"}}));
  return kExitDone;
}

}  // namespace hpsearch::runner
