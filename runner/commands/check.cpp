#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/files/data_error.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/check/check_json.h"
#include "runner/check/check_report.h"
#include "runner/check/checkpoint_report.h"
#include "runner/check/estimate.h"
#include "runner/check/preview.h"
#include "runner/check/program_report.h"
#include "runner/check/sanity_report.h"
#include "runner/commands/answer.h"
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
#include "runner/sweep_file/placed_error.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

std::string estimate_text(const search::SweepSpec& spec, const Estimate& estimate, int workers) {
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
It trains for a moment to measure that, and writes nothing. With --json it prints an object per
file, also for one that is not valid.

Examples
  hpsearch check sweep.yaml
  hpsearch check sweep.yaml --sanity
  hpsearch check sweep.yaml --resolved > full.yaml
  hpsearch check sweep.yaml --json --fields valid,errors

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
  add_json_option(options);
  add_set_option(options);
}

namespace {

// What the call asks for, besides the file.
struct Wishes {
  std::vector<YamlEdit> edits;
  std::optional<storage::Shard> shard;
  bool json = false;
  bool resolved = false;
  bool sanity = false;
  bool gradients = false;
};

Wishes read_wishes(const Invocation& invocation) {
  const auto& options = invocation.options;
  const auto given = [&](const char* option) { return options.count(option) > 0; };
  require_json_for_fields(invocation);
  return {set_edits(invocation),
          given("shard") ? std::optional(parse_shard(options["shard"].as<std::string>()))
                         : std::nullopt,
          given("json"),
          given("resolved"),
          given("sanity"),
          given("gradients")};
}

void refuse_looks_into_programs(const Wishes& wishes, const std::string& path) {
  for (const auto& [option, given] :
       {std::pair("sanity", wishes.sanity), std::pair("gradients", wishes.gradients)}) {
    if (given) {
      throw UsageError(
          fmt::format("--{} looks into hpsearch's own networks; the trials of {} are "
                      "runs of a program",
                      option, path));
    }
  }
}

// A file that is valid has other fields than one that is not: all of them may be chosen.
void print_line(const nlohmann::ordered_json& answer, const Invocation& invocation) {
  print_json(choose_fields(reports::json_line(answer), chosen_fields(invocation),
                           {{},
                            {"sweep", "method", "metric", "goal", "run_cap", "epochs", "shard",
                             "space", "stages", "warm_start", "notes", "program", "data", "model",
                             "estimate", "sanity", "gradients", "resolved", "errors"}}));
}

// What the file says, once it and its data are known to be valid.
struct Checked {
  const std::string& path;
  const SweepFile& file;
  const search::SweepSpec& spec;
  const nn::TrainingData& data;
};

void print_checked_json(const Checked& checked,
                        const Wishes& wishes,
                        const Invocation& invocation) {
  const auto& [path, file, spec, data] = checked;
  nlohmann::ordered_json answer = check_head(path, true);
  if (wishes.resolved) {
    answer["resolved"] = resolved_yaml(file, spec, data, paths_for_output(path));
  } else {
    const auto warm = spec.program
                          ? std::nullopt
                          : planned_warm_start(file, spec, data_json(data), invocation.database);
    add_plan(answer, file, spec, warm, wishes.shard);
    if (!spec.program) {
      add_training(answer, spec, data, measure(spec, data), spec.workers.value_or(usable_cores()));
    }
    if (wishes.sanity) {
      answer["sanity"] = to_json(sanity_checks(spec, data));
    }
    if (wishes.gradients) {
      answer["gradients"] = to_json(gradient_checks(spec, data));
    }
  }
  print_line(answer, invocation);
}

void print_checked_text(const Checked& checked,
                        const Wishes& wishes,
                        const Invocation& invocation) {
  const auto& [path, file, spec, data] = checked;
  if (wishes.resolved) {
    print_text(resolved_yaml(file, spec, data, paths_for_output(path)));
    return;
  }
  const std::string share =
      wishes.shard ? shard_text(*wishes.shard, spec.limits.trials) + "\n" : "";
  const std::string blank = &path == &invocation.operands.front() ? "" : "\n";
  const std::string next =
      fmt::format("next: {} run {}\n", shell_word(invocation.program), shell_word(path));
  const std::string head =
      fmt::format("{}{} is a valid sweep.\n\n", blank, reports::printable(path));
  if (spec.program) {
    print_text(head + plan_text(spec) + share + program_text(spec) + "\n" + next);
    return;
  }
  const auto warm = planned_warm_start(file, spec, data_json(data), invocation.database);
  const int workers = spec.workers.value_or(usable_cores());
  print_text(head + plan_text(spec) + share + warm_start_text(warm) + "\n" + data_text(data) +
             model_text(spec, data) + checkpoints_text(spec, data) +
             estimate_text(spec, measure(spec, data), workers));
  std::fflush(stdout);
  if (wishes.sanity) {
    print_text("\n" + sanity_text(spec, sanity_checks(spec, data)));
  }
  if (wishes.gradients) {
    print_text("\n" + gradients_text(gradient_checks(spec, data)));
  }
  print_text("\n" + next);
}

void check_file(const std::string& path, const Wishes& wishes, const Invocation& invocation) {
  if (names_a_table(path)) {
    throw UsageError(
        fmt::format("{0}: is a table, not a sweep file; `hpsearch init {0}` shows what its columns "
                    "become and writes a sweep file for it",
                    shell_word(path)));
  }
  const SweepFile file = load_sweep_file(path, wishes.edits);
  for (const std::string& note : file.notes) {
    LinePrinter(stderr).line(note);
  }
  const auto [spec, data] = load_data(file);
  require_trials_in_stages(file, spec);
  require_shardable(spec, wishes.shard);
  if (spec.program && !wishes.resolved) {
    refuse_looks_into_programs(wishes, path);
  }
  const Checked checked{path, file, spec, data};
  (wishes.json ? print_checked_json : print_checked_text)(checked, wishes, invocation);
}

}  // namespace

int check_command(const Invocation& invocation) {
  const Wishes wishes = read_wishes(invocation);
  for (const std::string& path : invocation.operands) {
    if (!wishes.json) {
      check_file(path, wishes, invocation);
      continue;
    }
    try {  // the message goes to stderr as ever
      check_file(path, wishes, invocation);
    } catch (const PlacedFileError& error) {
      print_line(invalid_json(path, error.errors(), error.what()), invocation);
      throw;
    } catch (const nn::DataError& error) {
      print_line(invalid_json(path, {}, error.what()), invocation);
      throw;
    }
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
