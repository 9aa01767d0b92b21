#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/export/optuna_export.h"
#include "reports/export/tensorboard_export.h"
#include "reports/export/trial_export.h"
#include "reports/summary/selection_report.h"
#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/command.h"
#include "runner/commands/export_target.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// What an export is about.
struct Export {
  storage::Queries& queries;
  const storage::SweepRow& sweep;
  fs::path target;  // empty: stdout
  nn::Existing existing;
  bool epochs;  // a row an epoch
};

void write_csv(const Export& e, const reports::TextSink& out) {
  if (e.epochs) {
    reports::write_epoch_csv(e.queries, e.sweep, out);
    return;
  }
  const storage::TrialTable table = e.queries.select(e.sweep, {.sort = "trial"});
  out(reports::selection_csv(table, table.rows.size()));
}

void write_lines(const Export& e, const reports::TextSink& out) {
  reports::write_trial_lines(e.queries, e.sweep, out);
}

// To stdout, or into a file that is there whole or not at all.
void write_text(const Export& e, void (*write)(const Export&, const reports::TextSink&)) {
  if (e.target.empty()) {
    write(e, [](std::string_view text) {
      if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        throw std::runtime_error(fmt::format("cannot write the output: {}", std::strerror(errno)));
      }
    });
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

void export_optuna(const Export& e) {
  const fs::path beside = nn::name_beside(e.target);
  std::error_code ignored;
  fs::remove(beside, ignored);
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

struct Format {
  std::string_view name;
  std::string_view suffix;  // of the default name after the sweep's; empty: stdout
  TargetKind kind;
  void (*write)(const Export&);
};

constexpr std::array kFormats{
    Format{"csv", "", TargetKind::kFile, export_csv},
    Format{"jsonl", "", TargetKind::kFile, export_lines},
    Format{"optuna", ".optuna.db", TargetKind::kFile, export_optuna},
    Format{"tensorboard", ".tensorboard", TargetKind::kFolder, export_tensorboard},
};

const Format& read_format(const Invocation& invocation) {
  const std::string name = invocation.options["format"].as<std::string>();
  std::vector<std::string_view> names;
  for (const Format& format : kFormats) {
    if (format.name == name) {
      return format;
    }
    names.push_back(format.name);
  }
  throw UsageError(fmt::format("--format {} is none that there is{}; they are: {}",
                               reports::printable(name), did_you_mean(name, names),
                               fmt::join(names, ", ")));
}

fs::path read_target(const Invocation& invocation,
                     const Format& format,
                     const storage::SweepRow& sweep) {
  if (invocation.options.count("out") == 0) {
    return format.suffix.empty() ? "" : file_slug(sweep.name) + std::string(format.suffix);
  }
  fs::path target = invocation.options["out"].as<std::string>();
  if (target.empty()) {
    throw UsageError("--out needs the name of a file or folder");
  }
  // "runs/" is "runs": the name beside it must not lie in it.
  return target.has_filename() ? target : target.parent_path();
}

}  // namespace

void add_export_options(po::options_description& options) {
  options.add_options()  //
      ("format", po::value<std::string>()->value_name("FORMAT")->default_value("csv"),
       "csv, jsonl, optuna or tensorboard")  //
      ("out", po::value<std::string>()->value_name("PATH"),
       "write here; default stdout for csv and jsonl, SWEEP.optuna.db, SWEEP.tensorboard")  //
      ("epochs", "with csv: a row an epoch instead of a row a trial")                       //
      ("force", "replace what an earlier export has left there");
}

const char kExportHelp[] =
    "Writes all trials of a sweep, of all states, for other programs:\n"
    "\n"
    "  csv          a row a trial with every column, or with --epochs a row an epoch\n"
    "  jsonl        a JSON object a trial with its parameters, epochs and metrics\n"
    "  optuna       an SQLite file with a study that Optuna opens and continues (schema of 3.0 "
    "and\n"
    "               3.1; newer ones first want: optuna storage upgrade). Optuna's best trial is "
    "the\n"
    "               sweep's: complete trials of earlier stages, which had fewer epochs, are "
    "PRUNED\n"
    "  tensorboard  a folder for tensorboard --logdir: a run a trial, with its hyperparameters\n"
    "\n"
    "Files and folders are there whole or not at all. A run may write the sweep meanwhile.\n"
    "\n"
    "Examples\n"
    "  hpsearch export > trials.csv\n"
    "  hpsearch export --format jsonl | jq 'select(.state == \"diverged\") | .params'\n"
    "  hpsearch export --format optuna --out study.db\n"
    "  hpsearch export --format tensorboard && tensorboard --logdir quickstart.tensorboard\n"
    "\n"
    "Exit codes: 0 done; 1 the database cannot be read, or the output not be written; 2 there is\n"
    "no such sweep, an option cannot be used, or the name is taken.\n";

int export_command(const Invocation& invocation) {
  const Format& format = read_format(invocation);
  const bool epochs = invocation.options.count("epochs") > 0;
  if (epochs && format.name != "csv") {
    throw UsageError(fmt::format(
        "--epochs is for csv; {} has the epochs of each trial anyway: leave it out", format.name));
  }
  const nn::Existing existing =
      invocation.options.count("force") > 0 ? nn::Existing::kReplaced : nn::Existing::kKept;
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const fs::path target = read_target(invocation, format, sweep);
  if (!target.empty()) {
    require_target(target, format.kind, existing, invocation.database, reports::kEventFilePrefix);
  }
  format.write({*queries, sweep, target, existing, epochs});
  if (!target.empty()) {
    LinePrinter(stderr).line("wrote " + reports::printable(target.string()));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
