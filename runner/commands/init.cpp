#include <cstdio>
#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/data/dataset.h"
#include "runner/commands/command.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/sweep_template.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// A sweep that fits this table; says what was found in it.
std::string template_for(const std::string& data, const std::string& sweep_file) {
  if (data.empty()) {
    throw UsageError("--data needs the name of a CSV file");
  }
  const nn::Dataset table = nn::load_dataset({data, std::filesystem::current_path()});
  LinePrinter printer(stderr);
  printer.line(fmt::format("{}: {} rows; the target is {} ({})", data, table.rows,
                           table.target_name.empty() ? "with the data" : nn::target_text(table),
                           nn::to_text(table.task)));
  for (const nn::ColumnReport& column : table.column_reports) {
    printer.line(fmt::format("  {}: {}", column.name, column.treatment));
  }
  for (const std::string& note : table.notes) {
    printer.line("note: " + note);
  }
  // As the sweep file will look for it, from its own folder.
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(sweep_file).parent_path();
  const fs::path whole = fs::absolute(data).lexically_normal();
  const fs::path relative = whole.lexically_relative(folder.lexically_normal());
  const bool beside = !relative.empty() && *relative.begin() != "..";
  return sweep_template(table, (beside ? relative : whole).string());
}

}  // namespace

void add_init_options(po::options_description& options) {
  options.add_options()("data", po::value<std::string>()->value_name("FILE.csv"),
                        "look at this table and write a sweep that fits it");
}

const char kInitHelp[] =
    "Writes a commented sweep file, sweep.yaml where no name is given. It searches the data set "
    "that\n"
    "comes along and runs at once: run it, look at the report, then change it. A file that is "
    "there\n"
    "is never overwritten.\n"
    "\n"
    "With --data it looks at a table of your own (CSV, plain or .gz, or .npy) and writes a sweep "
    "that\n"
    "fits it: the last column is taken for the target, which the file then names.\n"
    "\n"
    "Examples\n"
    "  hpsearch init && hpsearch run sweep.yaml\n"
    "  hpsearch init --data houses.csv && hpsearch run sweep.yaml && hpsearch report\n"
    "\n"
    "Exit codes: 0 done; 1 the file cannot be written; 2 the name is taken, or the data\n"
    "cannot be read.\n";

int init_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands that read; 'init' writes a new sweep file");
  }
  const std::string path = invocation.operands.empty() ? "sweep.yaml" : invocation.operands.front();
  if (path.empty()) {
    throw UsageError("'init' needs the name of a file, or none for sweep.yaml");
  }
  const std::string text = invocation.options.count("data") > 0
                               ? template_for(invocation.options["data"].as<std::string>(), path)
                               : sweep_template();
  if (!write_new_file(path, text)) {
    throw UsageError(
        fmt::format("{}: is there already; name another file, or remove this one first", path));
  }
  const std::string program = shell_word(invocation.program);
  const std::string dash = path.starts_with('-') ? "-- " : "";
  LinePrinter(stderr).line(
      fmt::format("wrote {3}; to see what it does, to run it, and to see what it found:\n"
                  "  {0} check {1}{2}\n  {0} run {1}{2}\n  {0} report",
                  program, dash, shell_word(path), path));
  return kExitDone;
}

}  // namespace hpsearch::runner
