#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/check/check_report.h"
#include "runner/check/estimate.h"
#include "runner/check/preview.h"
#include "runner/commands/command.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "runner/run/lag_text.h"
#include "runner/stored/resolved_yaml.h"
#include "runner/stored/sweep_identity.h"
#include "runner/stored/warm_start.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

std::string estimate_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  const Estimate estimate = measure(spec, data);
  const int workers = spec.workers.value_or(usable_cores());
  std::string text = fmt::format(
      "time: {} an epoch in the middle of the ranges, measured here",
      estimate.epoch_seconds < 1.0 ? reports::short_number(estimate.epoch_seconds * 1000.0) + " ms"
                                   : reports::duration_text(estimate.epoch_seconds));
  const auto seconds = estimate.seconds(std::min(busy_workers(spec, workers), usable_cores()));
  if (seconds) {
    text += fmt::format("; {:.0f} epochs on {} worker{}: about {}", *estimate.epochs, workers,
                        workers == 1 ? "" : "s", reports::duration_text(*seconds));
  }
  const auto fixed = spec.settings.find("pretrain");
  const bool pretrains = (fixed != spec.settings.end() && nn::to_text(fixed->second) != "none") ||
                         search::find_parameter(spec.space, "pretrain") != nullptr;
  text += pretrains ? ", and pre-training on top\n" : "\n";
  if (const std::string note = lag_note(spec, workers); !note.empty()) {
    text += fmt::format("workers: {}\n", note);
  }
  if (constexpr double kWorthIt = 0.9; estimate.other_share.value_or(1.0) < kWorthIt) {
    text += fmt::format("precision: with 'precision: {}' about {:.0f} % of that time\n",
                        estimate.other_precision, 100.0 * *estimate.other_share);
  }
  return text;
}

}  // namespace

const char kCheckHelp[] =
    "Says whether a sweep file and its data are in order, and what the sweep would be: its trials, "
    "its\n"
    "space, what becomes of each column of a table, the size of the network, and how long it takes "
    "here.\n"
    "Trains a moment to measure that, and writes nothing.\n"
    "\n"
    "Examples\n"
    "  hpsearch check sweep.yaml\n"
    "  hpsearch check sweep.yaml --sanity\n"
    "  hpsearch check sweep.yaml --resolved > full.yaml\n"
    "\n"
    "Exit codes: 0 it is valid; 2 it is not, or its data cannot be read.\n";

void add_check_options(po::options_description& options) {
  options.add_options()                                                       //
      ("resolved", "the sweep file with every default written out, as YAML")  //
      ("sanity",
       "what a careful person tries before a search: the first loss, regularisation, a few rows "
       "learnt by heart, a range of learning rates")  //
      ("gradients", "compare the gradients with the slopes of the loss");
  add_set_option(options);
}

int check_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands that read; 'check' reads no database");
  }
  const std::vector<YamlEdit> edits = set_edits(invocation);
  bool first = true;
  for (const std::string& path : invocation.operands) {
    if (names_a_table(path)) {
      throw UsageError(
          fmt::format("{0}: is a table, not a sweep file; `hpsearch init {0}` says what "
                      "its columns are and writes a sweep for it",
                      shell_word(path)));
    }
    const SweepFile file = load_sweep_file(path, edits);
    const auto [spec, data] = load_data(file);
    require_trials_in_stages(file, spec);
    if (invocation.options.count("resolved") > 0) {
      fmt::print("{}", resolved_yaml(file, spec, data));
      continue;
    }
    const auto warm = planned_warm_start(file, spec, data_json(data), invocation.database);
    const bool sanity = invocation.options.count("sanity") > 0;
    const bool gradients = invocation.options.count("gradients") > 0;
    fmt::print("{}{} is a valid sweep.\n\n{}{}\n{}{}{}", first ? "" : "\n",
               reports::printable(path), plan_text(spec), warm_start_text(warm), data_text(data),
               model_text(spec, data), estimate_text(spec, data));
    std::fflush(stdout);
    if (sanity) {
      fmt::print("\n{}", sanity_text(spec, data));
    }
    if (gradients) {
      fmt::print("\n{}", gradients_text(spec, data));
    }
    fmt::print("\nnext: {} run {}\n", shell_word(invocation.program), shell_word(path));
    first = false;
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
