#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/cli.h"
#include "runner/command.h"
#include "runner/limits.h"
#include "runner/sweep_run.h"
#include "runner/usage_error.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// A word as a shell reads it back.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./=:,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + "'";
}

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
                                  std::optional<std::uint64_t> seed) {
  std::vector<SweepFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    files.push_back(load_sweep_file(path, seed));
  }
  for (const SweepFile& file : files) {
    if (files.size() > 1) {
      const nn::DataSpec& data = file.spec.dataset;
      nn::split_rows(nn::load_dataset(data.source), data.split);
    }
  }
  return files;
}

}  // namespace

const char kRunHelp[] =
    "Trains what is left of each sweep and prints what was best. Every epoch is in the database "
    "as\n"
    "soon as it is trained: end it at any moment and run it again, and it goes on where it was.\n"
    "\n"
    "Examples\n"
    "  hpsearch run sweep.yaml\n"
    "  hpsearch run sweep.yaml --workers 4 --db results.db\n"
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
      ("fresh", "begin anew; a sweep of this name that is there is kept as NAME~1");
}

int run_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError(
        "--sweep is for commands that read; 'run' takes the sweep's name from its file");
  }
  RunRequest request;
  request.database = invocation.database;
  request.continue_command = continue_command(invocation);
  std::optional<std::uint64_t> seed;
  if (invocation.options.count("workers") > 0) {
    request.workers = static_cast<int>(
        option_number("workers", invocation.options["workers"].as<std::string>(), 1, kMaxWorkers));
  }
  if (invocation.options.count("seed") > 0) {
    seed = static_cast<std::uint64_t>(
        option_number("seed", invocation.options["seed"].as<std::string>(), 0, kMaxSeed));
  }
  if (invocation.options.count("fresh") > 0) {
    request.existing = Existing::kSetAside;
  }
  const std::vector<SweepFile> files = load_files(invocation.operands, seed);
  ignore_write_signals();
  Interrupt interrupt;
  LinePrinter printer(stderr);
  int result = kExitDone;
  for (const SweepFile& file : files) {
    const int code = run_sweep(file, request, interrupt, printer);
    result = result == kExitDone ? code : result;
    if (code == kExitInterrupted) {
      return code;
    }
  }
  return result;
}

}  // namespace hpsearch::runner
