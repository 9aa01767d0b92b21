#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/files/data_error.h"
#include "runner/commands/command.h"
#include "runner/commands/init_starter.h"
#include "runner/commands/table_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/reference/schema_file.h"
#include "runner/sweep_file/sweep_template.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// What `init` is asked to do: `init FILE.csv` means --data FILE.csv.
struct Request {
  std::string sweep_path = "sweep.yaml";
  std::string data;  // empty: the digits that come along
};

Request read_request(const Invocation& invocation) {
  Request request;
  const bool data = invocation.options.count("data") > 0;
  if (data) {
    request.data = invocation.options["data"].as<std::string>();
    if (request.data.empty()) {
      throw UsageError("--data needs the name of a CSV file");
    }
  }
  if (!invocation.operands.empty()) {
    const std::string& operand = invocation.operands.front();
    if (operand.empty()) {
      throw UsageError("'init' needs the name of a file, or none for sweep.yaml");
    }
    if (!names_a_table(operand)) {
      request.sweep_path = operand;
    } else if (data) {
      throw UsageError(fmt::format(
          "'{}' is the name of a table; name the sweep file to write, such as sweep.yaml",
          operand));
    } else {
      request.data = operand;
    }
  }
  return request;
}

}  // namespace

void add_init_options(po::options_description& options) {
  options.add_options()("data", po::value<std::string>()->value_name("FILE.csv"),
                        "look at this table and write a sweep that fits it");
  add_table_options(options);
  options.add_options()(
      "set", po::value<std::vector<std::string>>()->value_name("dataset.KEY=VALUE")->composing(),
      "a key under `dataset` that tells how to read the table, such as dataset.decimal=comma");
  add_starter_options(options);
}

namespace {

// The sweep for the table. Where a message advises a key under `dataset`, adds how to give it here.
std::string text_for(const Request& request,
                     const TableWishes& wishes,
                     const std::vector<YamlEdit>& edits,
                     LinePrinter& printer) {
  try {
    return sweep_for_table(request.data, request.sweep_path, wishes, edits, Notes::kShown, printer);
  } catch (const nn::DataError& error) {
    const std::string text = error.what();
    throw text.find("under `dataset`") == std::string::npos
        ? error
        : nn::DataError(text + "\nGive such a key to `init` or `run` as --set dataset.KEY=VALUE");
  }
}

}  // namespace

const char kInitHelp[] =
    R"(Writes a commented sweep file, sweep.yaml unless you name another. It searches a data set that
comes with hpsearch and runs at once: run it, look at the report, then change it. An existing file
is never overwritten.

With --data it reads a table of your own (CSV and similar text, plain, .gz or .zip; .npy and .npz),
shows what each column becomes, and writes a sweep that fits the table. `init FILE.csv` means the
same. The last column is the target unless --target names another.

With --slurm, --kubernetes or --ssh it writes a file that starts workers on many machines, all of
them for one sweep in one PostgreSQL database (--db postgresql://...). What to fill in is marked.

Examples
  hpsearch init && hpsearch run sweep.yaml
  hpsearch init --data houses.csv --target price --drop Id && hpsearch run sweep.yaml
  hpsearch init --slurm    # fill in hpsearch.sbatch, then: sbatch hpsearch.sbatch

Exit codes: 0 done; 1 the file cannot be written; 2 the name is taken, or the data cannot be read.
)";

int init_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands that read; 'init' writes a new sweep file");
  }
  if (const Starter* starter = asked_starter(invocation)) {
    return write_starter(*starter, invocation);
  }
  const Request request = read_request(invocation);
  const TableWishes wishes = table_wishes(invocation);
  if (request.data.empty() && !wishes.empty()) {
    throw UsageError("--target, --task and --drop go with a table; name it with --data FILE.csv");
  }
  const std::vector<YamlEdit> edits = set_edits(invocation);
  if (std::any_of(edits.begin(), edits.end(), [&](const YamlEdit& edit) {
        return request.data.empty() || !edit.path.starts_with("dataset.") ||
               edit.path.starts_with("dataset.validation") || edit.path.starts_with("dataset.test");
      })) {
    throw UsageError(
        "'init' takes --set for keys under 'dataset' that tell how to read a table; change the "
        "others in the file that it writes");
  }
  LinePrinter printer(stderr);
  const std::string& path = request.sweep_path;
  const std::string text =
      schema_comment(installed_schema()) +
      (request.data.empty() ? sweep_template() : text_for(request, wishes, edits, printer));
  if (!write_new_file(path, text)) {
    throw UsageError(
        request.data.empty()
            ? fmt::format(
                  "{0}: exists already; name another file to write, such as NAME.yaml. If it "
                  "is a table of yours: hpsearch init --data {1}",
                  path, shell_word(path))
            : fmt::format("{}: exists already; name another file to write: hpsearch init NAME.yaml "
                          "--data {}",
                          path, shell_word(request.data)));
  }
  const std::string program = shell_word(invocation.program);
  const std::string dash = path.starts_with('-') ? "-- " : "";
  printer.line(
      fmt::format("wrote {3}; to see what it does, to run it, and to see what it found:\n"
                  "  {0} check {1}{2}\n  {0} run {1}{2}\n  {0} report",
                  program, dash, shell_word(path), path));
  return kExitDone;
}

}  // namespace hpsearch::runner
