#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/cli.h"
#include "runner/command.h"
#include "runner/line_printer.h"
#include "runner/new_file.h"
#include "runner/shell_word.h"
#include "runner/sweep_template.h"
#include "runner/usage_error.h"

namespace hpsearch::runner {

const char kInitHelp[] =
    "Writes a commented sweep file, sweep.yaml where no name is given. It searches the data set "
    "that\n"
    "comes along and runs at once: run it, look at the report, then change it. A file that is "
    "there\n"
    "is never overwritten.\n"
    "\n"
    "Example\n"
    "  hpsearch init && hpsearch run sweep.yaml\n"
    "\n"
    "Exit codes: 0 done; 1 the file cannot be written; 2 the name is taken.\n";

int init_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands that read; 'init' writes a new sweep file");
  }
  const std::string path = invocation.operands.empty() ? "sweep.yaml" : invocation.operands.front();
  if (path.empty()) {
    throw UsageError("'init' needs the name of a file, or none for sweep.yaml");
  }
  if (!write_new_file(path, sweep_template())) {
    throw UsageError(
        fmt::format("{}: is there already; name another file, or remove this one first", path));
  }
  const std::string program = shell_word(invocation.program);
  const std::string dash = path.starts_with('-') ? "-- " : "";
  LinePrinter(stderr).line(
      fmt::format("wrote {}; to run it and to see what it found:\n"
                  "  {} run {}{}\n  {} report",
                  path, program, dash, shell_word(path), program));
  return kExitDone;
}

}  // namespace hpsearch::runner
