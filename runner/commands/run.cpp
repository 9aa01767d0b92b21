#include <cstdio>
#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/check/preview.h"
#include "runner/commands/command.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/duration.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/run/profile_report.h"
#include "runner/run/sweep_run.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"
#include "storage/queries.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// The same command without --fresh, which would begin anew.
std::string continue_command(const Invocation& invocation) {
  std::string text = shell_word(invocation.program);
  for (const std::string& argument : invocation.arguments) {
    if (argument != "--fresh") {
      text += " " + shell_word(argument);
    }
  }
  return text;
}

// Reads all files, and where there are several their data too, before the first is run: a mistake
// in the last should not cost a night.
std::vector<SweepFile> load_files(const std::vector<std::string>& paths,
                                  const std::vector<YamlEdit>& edits) {
  std::vector<SweepFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    files.push_back(load_sweep_file(path, edits));
  }
  for (const SweepFile& file : files) {
    if (files.size() > 1) {
      load_data(file);
    }
  }
  return files;
}

// The plan is that of a sweep that begins; one that has begun is continued.
void say_what_is_there(const std::filesystem::path& database, const std::string& name) {
  std::error_code unreadable;
  if (!std::filesystem::exists(database, unreadable)) {
    return;
  }
  storage::Queries queries(database);
  if (const auto sweep = queries.sweep(name)) {
    LinePrinter(stderr).line(
        fmt::format("{} has {} trials of sweep '{}' already: a run would go on after them",
                    database.string(), queries.summary(sweep->name).trials, sweep->name));
  }
}

}  // namespace

const char kRunHelp[] =
    "Trains what is left of each sweep and prints what was best. Every epoch is in the database "
    "as\n"
    "soon as it is trained: end it at any moment and run it again, and it goes on where it was.\n"
    "\n"
    "Of a table it writes the sweep file first, t.yaml beside t.csv, or continues the one it "
    "wrote.\n"
    "\n"
    "Examples\n"
    "  hpsearch run sweep.yaml\n"
    "  hpsearch run houses.csv --target price\n"
    "  hpsearch run sweep.yaml --workers 4 --db results.db\n"
    "  hpsearch run sweep.yaml --set training.epochs=50 --set name=longer\n"
    "  hpsearch run sweep.yaml --time 10m\n"
    "\n"
    "HPSEARCH_PROFILE=1 in the environment prints where the time of the training threads went.\n"
    "\n"
    "Exit codes: 0 done; 1 input/output, or another process runs the sweep; 2 command line, sweep\n"
    "file or data; 3 no trial is complete; 130 interrupted. With several files the first code "
    "that\n"
    "is not 0 counts.\n";

void add_run_options(po::options_description& options) {
  options.add_options()  //
      ("workers", po::value<std::string>()->value_name("N"),
       "trials at the same time (default: the file's, else one a core); changes no result")  //
      ("seed", po::value<std::string>()->value_name("S"),
       "instead of the file's seed, as if written there")  //
      ("trials", po::value<std::string>()->value_name("N"),
       "begin no more than N trials in this call; the sweep stays as long as it is")  //
      ("time", po::value<std::string>()->value_name("TIME"),
       "train no longer than this in this call, such as 10m")                        //
      ("fresh", "begin anew; a sweep of this name that is there is kept as NAME~1")  //
      ("dry-run", "say what would be tried, train nothing and write nothing")        //
      ("json", "the result as one JSON object a sweep")                              //
      ("quiet", "no progress, only the result and errors");
  add_table_options(options);
  add_set_option(options);
}

namespace {

// Sweep files as they are; for each table the sweep beside it.
std::vector<std::string> sweep_paths(const Invocation& invocation,
                                     const std::vector<YamlEdit>& edits,
                                     LinePrinter& printer) {
  const TableWishes wishes = table_wishes(invocation);
  std::vector<std::string> paths;
  bool tables = false;
  for (const std::string& operand : invocation.operands) {
    const bool table = names_a_table(operand);
    if (table && invocation.options.count("dry-run") > 0) {
      throw UsageError(
          fmt::format("--dry-run writes nothing, so it takes a sweep file; write one for the "
                      "table: hpsearch init "
                      "{}",
                      shell_word(operand)));
    }
    paths.push_back(table ? sweep_beside_table(operand, wishes, edits, printer) : operand);
    tables = tables || table;
  }
  if (!tables && !wishes.empty()) {
    throw UsageError(
        "--target, --task and --drop go with a table; a sweep file has them under 'dataset'");
  }
  return paths;
}

}  // namespace

int run_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError(
        "--sweep is for commands that read; 'run' takes the sweep's name from its file");
  }
  RunRequest request;
  request.database = invocation.database;
  request.continue_command = continue_command(invocation);
  const auto& options = invocation.options;
  std::vector<YamlEdit> edits = set_edits(invocation);
  if (invocation.options.count("workers") > 0) {
    request.workers = static_cast<int>(
        option_number("workers", invocation.options["workers"].as<std::string>(), 1, kMaxWorkers));
  }
  if (invocation.options.count("seed") > 0) {
    const auto seed =
        option_number("seed", invocation.options["seed"].as<std::string>(), 0, kMaxSeed);
    edits.push_back({"seed", std::to_string(seed)});
  }
  if (options.count("trials") > 0) {
    request.trials = option_number("trials", options["trials"].as<std::string>(), 1, kMaxTrials);
  }
  if (options.count("time") > 0) {
    const auto text = options["time"].as<std::string>();
    request.seconds = parse_duration(text);
    if (!request.seconds) {
      throw UsageError(fmt::format("--time must be {}; found '{}'", kDurationForm, text));
    }
  }
  request.json = options.count("json") > 0;
  if (invocation.options.count("fresh") > 0) {
    request.existing = Existing::kSetAside;
  }
  LinePrinter printer(stderr, options.count("quiet") > 0 ? Verbosity::kQuiet : Verbosity::kNormal);
  const std::vector<SweepFile> files = load_files(sweep_paths(invocation, edits, printer), edits);
  if (options.count("dry-run") > 0) {
    for (const SweepFile& file : files) {
      const auto [spec, data] = load_data(file);
      require_trials_in_stages(file, spec);
      const auto read =
          request.existing == Existing::kSetAside ? read_warm_start : planned_warm_start;
      const auto warm = read(file, spec, data_json(data), request.database);
      fmt::print("{}", request.json ? preview_json(spec, warm) : preview(spec, warm));
      say_what_is_there(request.database, spec.name);
    }
    return kExitDone;
  }
  ignore_write_signals();
  Interrupt interrupt;
  int result = kExitDone;
  profile_if_asked();
  for (const SweepFile& file : files) {
    const int code = run_sweep(file, request, interrupt, printer);
    result = result == kExitDone || code == kExitInterrupted ? code : result;
    if (code == kExitInterrupted) {
      break;
    }
  }
  if (nn::is_profiling()) {
    fmt::print(stderr, "{}", profile_text(nn::profile_seconds()));
  }
  return result;
}

}  // namespace hpsearch::runner
