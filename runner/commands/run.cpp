#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "reports/summary/sweep_report.h"
#include "runner/check/preview.h"
#include "runner/commands/answer.h"
#include "runner/commands/command.h"
#include "runner/commands/program_sweep.h"
#include "runner/commands/report_views.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/duration.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/process/usable_cores.h"
#include "runner/run/interrupt.h"
#include "runner/run/profile_report.h"
#include "runner/run/program_trials.h"
#include "runner/run/shard.h"
#include "runner/run/sweep_run.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"
#include "storage/backend.h"
#include "storage/stop_request.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// The same command without --fresh, which would start over.
std::string continue_command(const Invocation& invocation) {
  std::string text = shell_word(invocation.program);
  for (const std::string& argument : invocation.arguments) {
    if (argument != "--fresh") {
      text += " " + shell_word(argument);
    }
  }
  return text;
}

// Reads all files before the first one runs, and their data too if there are several: an error in
// the last file should not show up after a night of training.
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

// What a sweep that is in the database already has left. Returns how many trials of its method it
// has begun; 0 if there is none.
std::uint64_t say_what_is_left(const std::filesystem::path& database,
                               const search::SweepSpec& spec,
                               const std::optional<storage::Shard>& shard) {
  if (!storage::database_exists(database)) {
    return 0;
  }
  const auto queries = storage::open_queries(database);
  const auto sweep = queries->sweep(spec.name);
  if (!sweep) {
    return 0;
  }
  require_same_shard(*queries, *sweep, shard);
  const auto all = static_cast<std::uint64_t>(spec.limits.trials);
  const auto planned = static_cast<std::int64_t>(shard ? shard->size(all) : all);
  std::int64_t done = 0;
  std::int64_t begun = 0;                                     // and not ended, or queued
  std::uint64_t suggested = 0;                                // by the method
  auto end = static_cast<std::uint64_t>(spec.limits.trials);  // each promotion moves it
  queries->for_each_trial(sweep->sweep_id, [&](const storage::TrialRow& trial) {
    if (trial.origin == storage::Origin::kPromoted) {
      end += trial.number <= end ? 1U : 0U;
      return;
    }
    const bool counts = trial.number < end && (!shard || shard->has(trial.number));
    (search::is_finished(trial.state) ? done : begun) += counts ? 1 : 0;
    suggested += counts && trial.origin != storage::Origin::kEnqueued ? 1U : 0U;
  });
  const bool ended = sweep->state == storage::SweepState::kComplete &&
                     sweep->stop_reason != storage::StopReason::kRunCap;
  const std::int64_t left = std::max<std::int64_t>(0, planned - done);
  LinePrinter(stderr).line(fmt::format(
      "{} has sweep '{}' already: {} of its {} trials are done, {}", database.string(), sweep->name,
      done, planned,
      ended       ? fmt::format("and it has ended by {}",
                                to_text(sweep->stop_reason.value_or(storage::StopReason::kUnknown)))
      : left == 0 ? std::string("and nothing is left")
      : begun > 0 ? fmt::format("{} are left, {} of them begun", left, begun)
                  : fmt::format("{} are left", left)));
  return suggested;
}

}  // namespace

const char kRunHelp[] =
    R"(Trains the remaining trials of each sweep and prints the best. Every epoch is stored as soon as it
is trained: you can stop a run at any moment, and running it again continues where it stopped.

Given a table, it first writes a sweep file beside it (t.yaml beside t.csv), or continues the one it
wrote before.

Given --param and a program after --, it first writes a sweep file for that program. The program
gets its parameters as arguments at {args} and in the environment (HPSEARCH_PARAMS), and reports by
lines on its output: {"epoch": 3, "loss": 0.41}, or epoch=3 loss=0.41, or one number at its end.

Examples
  hpsearch run sweep.yaml
  hpsearch run houses.csv --target price
  hpsearch run sweep.yaml --workers 4 --db results.db
  hpsearch run sweep.yaml --set training.epochs=50 --set name=longer
  hpsearch run sweep.yaml --time 10m
  hpsearch run sweep.yaml --join --workers 2
  hpsearch run sweep.yaml --shard 3/32 --db shard-3.db
  hpsearch run --from-db colleague.db:digits --db again.db
  hpsearch run -p lr=1e-4..1e-1:log -p width=64,128 --metric loss:min -- python3 train.py {args}

With --join several processes train one sweep: start the same command in further terminals at any
time. They share its trials and limits, and find what one process would. If one of them is killed
or stopped, the others go on with its trials.

With --shard I/N it trains the trials whose number modulo N is I, into a database of its own: a
cluster needs no server for that. hpsearch merge puts the databases together. It works with methods
that learn nothing from results, and without rules that end the sweep early.

With --from-db it runs the sweep file that a database has stored, elsewhere or, with --fresh, in the
same database. It refuses data with other bytes than the sweep was run with, so that the digest
comes out the same on the same kind of CPU. Data is looked for where it was, then below the working
folder.

Set HPSEARCH_PROFILE=1 in the environment to see where the training threads spent their time.

Exit codes: 0 done; 1 I/O error, or another process runs the sweep without --join; 2 the command
line, sweep file or data is invalid; 3 no trial is complete; 4 too many trials failed;
130 interrupted. With several files, the first code other than 0 counts.
)";

void add_run_options(po::options_description& options) {
  options.add_options()  //
      ("workers", po::value<std::string>()->value_name("N"),
       "trials to train at the same time (default: from the file, else one per core); does not "
       "change results")  //
      ("seed", po::value<std::string>()->value_name("S"),
       "override the seed in the file")  //
      ("trials", po::value<std::string>()->value_name("N"),
       "start at most N trials now; the length of the sweep does not change")  //
      ("time", po::value<std::string>()->value_name("TIME"),
       "train for at most this long now, such as 10m")                            //
      ("join", "train the sweep together with other processes that have --join")  //
      ("shard", po::value<std::string>()->value_name("I/N"),
       "train only part I of N, counted from 0, in a database of its own")     //
      ("fresh", "start over; keeps an existing sweep of this name as NAME~1")  //
      ("from-db", po::value<std::string>()->value_name("SWEEP"),
       "run a stored sweep again, without its file: FILE.db, FILE.db:SWEEP, or a sweep of --db")  //
      ("dry-run", "show what would be tried; train and write nothing")                            //
      ("quiet", "no progress, only results and errors")                                           //
      ("json", "print one JSON object per sweep")                                                 //
      ("fields", po::value<std::string>()->value_name("A,B"),
       "only these fields of --json; a dot leads further, as in best.value");
  add_table_options(options);
  add_program_options(options);
  add_set_option(options);
}

namespace {

// Sweep files as they are; for each table the sweep beside it.
std::vector<std::string> sweep_paths(const Invocation& invocation,
                                     const std::vector<YamlEdit>& edits,
                                     LinePrinter& printer) {
  if (describes_program(invocation)) {
    return {program_sweep_file(invocation, printer)};
  }
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
  const bool from_db = invocation.options.count("from-db") > 0;
  if (from_db && (!invocation.operands.empty() || describes_program(invocation) ||
                  !table_wishes(invocation).empty())) {
    throw UsageError(
        "--from-db takes the sweep file out of a database; name no other file with it");
  }
  if (invocation.operands.empty() && !from_db && !describes_program(invocation)) {
    throw UsageError("'run' needs FILE...; see hpsearch run --help");
  }
  require_json_for_fields(invocation);
  if (invocation.options.count("dry-run") == 0) {  // an hour of training comes before the answer
    require_fields_of(invocation, reports::json_report({}, std::nullopt), report_shape());
  }
  RunRequest request;
  request.fields = chosen_fields(invocation);
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
  request.join = options.count("join") > 0;
  if (options.count("shard") > 0) {
    request.shard = parse_shard(options["shard"].as<std::string>());
    if (request.join) {
      throw UsageError(
          "--shard trains in a database of its own, --join in a shared one; use one of them");
    }
  }
  request.json = options.count("json") > 0;
  if (invocation.options.count("fresh") > 0) {
    request.existing = Existing::kSetAside;
  }
  LinePrinter printer(stderr, options.count("quiet") > 0 ? Verbosity::kQuiet : Verbosity::kNormal);
  if (from_db) {
    request.repeated = find_repeated(options["from-db"].as<std::string>(), invocation.database);
  }
  const std::vector<SweepFile> files =
      from_db ? std::vector{repeated_file(*request.repeated, edits)}
              : load_files(sweep_paths(invocation, edits, printer), edits);
  for (const SweepFile& file : files) {
    if (file.spec.program) {
      require_shares(*file.spec.program,
                     request.workers.value_or(file.spec.workers.value_or(usable_cores())));
    }
    for (const std::string& note : file.notes) {
      printer.line(note);
    }
  }
  if (options.count("dry-run") > 0) {
    for (const SweepFile& file : files) {
      const auto [spec, data] = load_data(file);
      require_trials_in_stages(file, spec);
      require_shardable(spec, request.shard);
      // A sweep that --fresh would set aside does not count as started.
      const auto read =
          request.existing == Existing::kSetAside ? read_warm_start : planned_warm_start;
      const std::string described = data_json(data);
      if (request.repeated) {
        require_same_data(*request.repeated, file.tree, described);
      }
      const auto warm = request.repeated
                            ? planned_warm_start(file, spec, described, request.repeated->database)
                            : read(file, spec, described, request.database);
      const std::uint64_t begun = request.existing == Existing::kSetAside
                                      ? 0
                                      : say_what_is_left(request.database, spec, request.shard);
      if (request.json) {
        print_json(choose_fields(preview_json(spec, warm, begun, request.shard), request.fields,
                                 {{}, {"numbers", "shard"}}));
      } else {
        print_text(preview(spec, warm, begun, request.shard));
      }
    }
    return kExitDone;
  }
  ignore_write_signals();
  Interrupt interrupt;
  // As Ctrl-C does it here.
  storage::on_stop_request([] { kill(getpid(), SIGTERM); });
  int result = kExitDone;
  profile_if_asked();
  for (const SweepFile& file : files) {
    const int code = run_sweep(file, request, interrupt.token(), printer);
    // The first failure decides the exit code, unless the user interrupts the run.
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
