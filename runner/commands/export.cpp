#include <array>
#include <filesystem>
#include <system_error>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/export/optuna_export.h"
#include "reports/export/tensorboard_export.h"
#include "reports/export/trial_export.h"
#include "reports/summary/selection_report.h"
#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/command.h"
#include "runner/commands/export_database.h"
#include "runner/commands/export_model.h"
#include "runner/commands/export_target.h"
#include "runner/commands/model_choice.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/stored/best_yaml.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// One export: what to write, where, and how.
struct Export {
  storage::Queries& queries;
  const storage::SweepRow& sweep;
  fs::path target;  // empty: stdout
  nn::Existing existing;
  bool epochs;  // csv: one row per epoch instead of per trial
  const Invocation& invocation;
};

void write_csv(const Export& e, const reports::TextSink& out) {
  if (e.epochs) {
    reports::write_epoch_csv(e.queries, e.sweep, out);
    return;
  }
  const storage::TrialTable table = e.queries.select(e.sweep, {.sort = "trial"});
  out(reports::to_csv(reports::selection_table(table, table.rows.size(), reports::Digits::kAll)));
}

void write_lines(const Export& e, const reports::TextSink& out) {
  reports::write_trial_lines(e.queries, e.sweep, out);
}

void write_yaml(const Export& e, const reports::TextSink& out) {
  const storage::TrialRow trial = choose_trial(e.queries, e.sweep, e.invocation);
  out(fmt::format("# Trial {} of sweep {}: hpsearch run FILE trains it again, bit for bit.\n",
                  trial.number, reports::printable(e.sweep.name)));
  out(trial_yaml(e.sweep, trial));
}

// Writes to stdout, or to a file that appears complete or not at all.
void write_text(const Export& e, void (*write)(const Export&, const reports::TextSink&)) {
  if (e.target.empty()) {
    write(e, [](std::string_view text) { print_data(text); });
    return;
  }
  nn::WholeFile file(e.target);
  write(e, [&](std::string_view text) { file.write(text); });
  if (!file.finish(e.existing)) {
    refuse_taken(e.target);
  }
}

void export_csv(const Export& e) {
  write_text(e, write_csv);
}

void export_lines(const Export& e) {
  write_text(e, write_lines);
}

void export_yaml(const Export& e) {
  write_text(e, write_yaml);
}

void export_optuna(const Export& e) {
  const fs::path beside = nn::name_beside(e.target);
  std::error_code ignored;
  nn::remove_leftovers(e.target);
  fs::remove(beside, ignored);  // of a dead process with the same number
  try {
    reports::write_optuna_study(e.queries, e.sweep, beside);
    if (!nn::put_in_place(beside, e.target, e.existing)) {
      refuse_taken(e.target);
    }
  } catch (...) {
    fs::remove(beside, ignored);
    throw;
  }
}

void export_tensorboard(const Export& e) {
  WholeFolder folder(e.target);
  reports::write_event_files(
      e.queries, e.sweep,
      [&](const std::string& path, std::string_view bytes) { folder.write(path, bytes); });
  if (!folder.finish(e.existing)) {
    refuse_taken(e.target);
  }
}

// Is this the beginning of an earlier export?
bool is_csv(std::string_view text) {
  return text.starts_with("rank,trial,") || text.starts_with("trial,state,epoch,");
}

bool is_lines(std::string_view text) {
  return text.starts_with("{\"format\":1,\"sweep\":");
}

bool is_study(std::string_view text) {
  return text.starts_with("SQLite format 3") && text.find("study_directions") != text.npos;
}

bool is_yaml(std::string_view text) {
  return text.starts_with("# Trial ");
}

struct Format {
  std::string_view name;
  std::string_view suffix;  // appended to the sweep's name by default; empty: stdout
  TargetKind kind;
  bool (*is_own)(std::string_view beginning);  // of a file
  void (*write)(const Export&);
};

constexpr std::array kFormats{
    Format{"csv", "", TargetKind::kFile, is_csv, export_csv},
    Format{"jsonl", "", TargetKind::kFile, is_lines, export_lines},
    Format{"optuna", ".optuna.db", TargetKind::kFile, is_study, export_optuna},
    Format{"yaml", "", TargetKind::kFile, is_yaml, export_yaml},
    Format{"tensorboard", ".tensorboard", TargetKind::kFolder, nullptr, export_tensorboard},
};

const Format& read_format(const std::string& name) {
  for (const Format& format : kFormats) {
    if (format.name == name) {
      return format;
    }
  }
  const std::vector<std::string_view> names = export_format_names();
  throw UsageError(fmt::format("unknown format '{}'{}; valid: {}", reports::printable(name),
                               did_you_mean(name, names), fmt::join(names, ", ")));
}

// --out; empty: not given.
fs::path read_target(const Invocation& invocation) {
  if (invocation.options.count("out") == 0) {
    return "";
  }
  fs::path target = invocation.options["out"].as<std::string>();
  if (target.empty()) {
    throw UsageError("--out needs a file or folder name");
  }
  // "runs/" means "runs": the temporary name must lie beside the folder, not in it.
  return target.has_filename() ? target : target.parent_path();
}

void report_written(const fs::path& target) {
  LinePrinter(stderr).line("wrote " + reports::printable(target.string()));
}

// One model instead of a sweep's trials.
void require_no_epochs(const Invocation& invocation, std::string_view format) {
  if (invocation.options.count("epochs") > 0) {
    throw UsageError(
        fmt::format("--epochs applies only to csv; {} holds one model, so leave it out", format));
  }
}

// The trials of a sweep instead of one model.
void require_no_model(const Invocation& invocation, std::string_view format) {
  if (format == "yaml") {
    if (invocation.options.count("model") > 0) {
      throw UsageError("yaml writes a trial of the database; choose it with --trial, not --model");
    }
    return;
  }
  if (invocation.options.count("model") > 0 || !invocation.options["trial"].defaulted()) {
    throw UsageError(fmt::format(
        "--trial and --model choose the model for {}; {} writes all trials, so leave them out",
        fmt::join(kModelFormatNames, ", "), format));
  }
}

}  // namespace

void add_export_options(po::options_description& options) {
  options.add_options()  //
      ("format", po::value<std::string>()->value_name("FORMAT")->default_value("csv"),
       "csv, jsonl, optuna or tensorboard: all trials; onnx, npz, c or safetensors: one model; "
       "yaml: one trial")  //
      ("out", po::value<std::string>()->value_name("PATH"),
       "where to write (default: stdout for csv, jsonl and yaml, else SWEEP.optuna.db, "
       "SWEEP.tensorboard, SWEEP.onnx and so on)")                        //
      ("epochs", "with csv: one row per epoch instead of one per trial")  //
      ("force", "replace an earlier export");
  options.add_options()("db-copy", po::value<std::string>()->value_name("FILE"),
                        "write the sweep as a database of its own, also while it runs");
  add_trial_options(options);
}

const char kExportHelp[] =
    R"(Writes a sweep for other programs. These formats have all trials, in every state:

  csv          one row per trial with every column, or one row per epoch with --epochs
  jsonl        one JSON object per trial, with its parameters, epochs and metrics
  optuna       an SQLite file with a study that Optuna can open and continue (schema of Optuna 3.0
               and 3.1; newer versions need 'optuna storage upgrade' first). Complete trials of
               earlier stages, which had fewer epochs, become PRUNED, so that Optuna's best trial
               is the sweep's
  tensorboard  a folder for tensorboard --logdir, with one run per trial and its hyperparameters

These write one model, the winner's or that of --trial or --model, with all its preprocessing (an
ensemble averages its networks):

  onnx         one input for each column (numbers as doubles, NaN where one is missing; texts; of a
               date the numbers that the file names), or one matrix for data without names. Runs in
               ONNX Runtime and others that know ai.onnx.ml
  npz          arrays for NumPy; a few lines predict with them (reports/README.md)
  c            one C99 file without dependencies, whose predict() reads a row's cells as texts
  safetensors  hpsearch's own model file, which predict and eval take with --model

This writes one trial, the best or that of --trial:

  yaml         a sweep file that trains it again, bit for bit

With --db-copy FILE it writes a database of its own with the sweep and the files of its trials, as
of one moment. All verbs work with it: hpsearch report --db FILE. It leaves out the saved states of
running trainings (checkpoints).

An export appears complete or not at all. You can export a sweep while it runs.

Examples
  hpsearch export > trials.csv
  hpsearch export --format jsonl | jq 'select(.state == "diverged") | .params'
  hpsearch export --format optuna --out study.db
  hpsearch export --format tensorboard && tensorboard --logdir quickstart.tensorboard
  hpsearch export --format onnx --out model.onnx
  hpsearch export --format yaml --trial 12 > trial12.yaml
  hpsearch export --db-copy digits.db --sweep digits
  hpsearch export --format c --trial 12 && cc -O2 -c quickstart.c

Exit codes: 0 done; 1 the database cannot be read, or the output cannot be written; 2 the sweep does
not exist, an option is invalid, or the name is taken.
)";

std::vector<std::string_view> export_format_names() {
  std::vector<std::string_view> names;
  for (const Format& format : kFormats) {
    names.push_back(format.name);
  }
  names.insert(names.end(), kModelFormatNames.begin(), kModelFormatNames.end());
  return names;
}

int export_command(const Invocation& invocation) {
  if (invocation.options.count("db-copy") > 0) {
    return export_database(invocation);
  }
  const std::string name = invocation.options["format"].as<std::string>();
  const nn::Existing existing =
      invocation.options.count("force") > 0 ? nn::Existing::kReplaced : nn::Existing::kKept;
  if (const ModelFormat* model = find_model_format(name)) {
    require_no_epochs(invocation, name);
    report_written(export_model(invocation, *model, read_target(invocation), existing));
    return kExitDone;
  }
  const Format& format = read_format(name);
  require_no_model(invocation, name);
  const bool epochs = invocation.options.count("epochs") > 0;
  if (epochs && format.name != "csv") {
    throw UsageError(fmt::format(
        "--epochs applies only to csv; {} always includes epochs, so leave it out", format.name));
  }
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  fs::path target = read_target(invocation);
  if (invocation.options.count("out") == 0 && !format.suffix.empty()) {
    target = file_slug(sweep.name) + std::string(format.suffix);
  }
  if (!target.empty()) {
    require_target(target, format.kind, existing, invocation.database, reports::kEventFilePrefix,
                   format.is_own);
  }
  format.write({*queries, sweep, target, existing, epochs, invocation});
  if (!target.empty()) {
    report_written(target);
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
