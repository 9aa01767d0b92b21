#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/check/check_report.h"
#include "runner/check/checkpoint_report.h"
#include "runner/check/estimate.h"
#include "runner/check/preview.h"
#include "runner/check/program_report.h"
#include "runner/commands/command.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/process/usable_cores.h"
#include "runner/run/environment.h"
#include "runner/run/lag_text.h"
#include "runner/run/shard.h"
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
      "time: {} per epoch in the middle of the ranges, measured here",
      estimate.epoch_seconds < 1.0 ? reports::short_number(estimate.epoch_seconds * 1000.0) + " ms"
                                   : reports::duration_text(estimate.epoch_seconds));
  const auto seconds = estimate.seconds(std::min(busy_workers(spec, workers), usable_cores()));
  if (seconds) {
    text += fmt::format("; {:.0f} epochs on {} worker{}: about {}{}", *estimate.epochs, workers,
                        workers == 1 ? "" : "s", reports::duration_text(*seconds),
                        !spec.early_terminate.empty() ? ", less what early_terminate saves" : "");
  }
  const auto fixed = spec.settings.find("pretrain");
  const bool pretrains = (fixed != spec.settings.end() && nn::to_text(fixed->second) != "none") ||
                         search::find_parameter(spec.space, "pretrain") != nullptr;
  text += pretrains ? ", plus pre-training\n" : "\n";
  if (const std::string note = lag_note(spec, workers); !note.empty()) {
    text += fmt::format("workers: {}\n", note);
  }
  // A smaller saving is not worth a line, because the other precision changes the results.
  if (constexpr double kWorthIt = 0.9; estimate.other_share.value_or(1.0) < kWorthIt) {
    text += fmt::format("precision: 'precision: {}' would take about {:.0f} % of that time\n",
                        estimate.other_precision, 100.0 * *estimate.other_share);
  }
  return text;
}

// Where stdout puts a file: in the folder of the one that it is redirected to, else here.
std::filesystem::path output_folder() {
  std::error_code ignored;
  const auto target = std::filesystem::read_symlink("/proc/self/fd/1", ignored);
  return std::filesystem::is_regular_file(target, ignored) ? target.parent_path()
                                                           : std::filesystem::current_path();
}

// The folder of the sweep file, if what is printed will lie in another one.
std::optional<std::filesystem::path> paths_for_output(const std::string& file) {
  auto folder = std::filesystem::absolute(file).parent_path();
  std::error_code ignored;
  return std::filesystem::equivalent(folder, output_folder(), ignored)
             ? std::nullopt
             : std::optional(std::move(folder));
}

}  // namespace

const char kCheckHelp[] =
    R"(Validates a sweep file and its data, and shows what the sweep would do: its trials, its space, how
each column of a table is used, the size of the network, and how long it takes on this machine.
It trains for a moment to measure that, and writes nothing.

Examples
  hpsearch check sweep.yaml
  hpsearch check sweep.yaml --sanity
  hpsearch check sweep.yaml --resolved > full.yaml

Exit codes: 0 the file is valid; 2 it is not, or its data cannot be read.
)";

void add_check_options(po::options_description& options) {
  options.add_options()                                                    //
      ("resolved", "print the sweep file with every default written out")  //
      ("sanity",
       "check the network before a search: its initial loss, regularisation, whether it can "
       "memorise a few rows, and which learning rates work")      //
      ("gradients", "compare analytic with numerical gradients")  //
      ("shard", po::value<std::string>()->value_name("I/N"),
       "also show which trials part I of N trains (run --shard)");
  add_set_option(options);
}

int check_command(const Invocation& invocation) {
  const std::vector<YamlEdit> edits = set_edits(invocation);
  const auto shard = invocation.options.count("shard") > 0
                         ? std::optional(parse_shard(invocation.options["shard"].as<std::string>()))
                         : std::nullopt;
  bool first = true;
  for (const std::string& path : invocation.operands) {
    if (names_a_table(path)) {
      throw UsageError(fmt::format(
          "{0}: is a table, not a sweep file; `hpsearch init {0}` shows what its columns "
          "become and writes a sweep file for it",
          shell_word(path)));
    }
    const SweepFile file = load_sweep_file(path, edits);
    for (const std::string& note : file.notes) {
      LinePrinter(stderr).line(note);
    }
    const auto [spec, data] = load_data(file);
    require_trials_in_stages(file, spec);
    require_shardable(spec, shard);
    const std::string share = shard ? shard_text(*shard, spec.limits.trials) + "\n" : "";
    if (invocation.options.count("resolved") > 0) {
      print_text(resolved_yaml(file, spec, data, paths_for_output(path)));
      continue;
    }
    if (spec.program) {
      for (const char* option : {"sanity", "gradients"}) {
        if (invocation.options.count(option) > 0) {
          throw UsageError(
              fmt::format("--{} looks into hpsearch's own networks; the trials of {} are "
                          "runs of a program",
                          option, path));
        }
      }
      fmt::print("{}{} is a valid sweep.\n\n{}{}\nnext: {} run {}\n", first ? "" : "\n",
                 reports::printable(path), plan_text(spec) + share, program_text(spec),
                 shell_word(invocation.program), shell_word(path));
      first = false;
      continue;
    }
    const auto warm = planned_warm_start(file, spec, data_json(data), invocation.database);
    const bool sanity = invocation.options.count("sanity") > 0;
    const bool gradients = invocation.options.count("gradients") > 0;
    fmt::print("{}{} is a valid sweep.\n\n{}{}\n{}{}{}", first ? "" : "\n",
               reports::printable(path), plan_text(spec) + share, warm_start_text(warm),
               data_text(data), model_text(spec, data) + checkpoints_text(spec, data),
               estimate_text(spec, data));
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
