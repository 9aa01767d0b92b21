#include <algorithm>
#include <filesystem>
#include <system_error>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/record_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/question.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "storage/artifacts.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

std::string counted(std::int64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string size_text(std::uintmax_t bytes) {
  constexpr double kMega = 1e6;
  const double size = static_cast<double>(bytes);
  return size < kMega ? fmt::format("{:.0f} kB", size / 1000.0)
                      : fmt::format("{:.1f} MB", size / kMega);
}

// Where the sweep's files lie. Other folders that its rows may name, as in a database that has
// been copied or renamed by hand, may belong to another database.
fs::path folder_of(const fs::path& database, std::int64_t sweep_id) {
  // Without a slash at the end, which would follow a symbolic link.
  return storage::artifact_file(database, storage::artifact_path(database, sweep_id, "x"))
      .parent_path();
}

struct Files {
  std::int64_t count = 0;
  std::uintmax_t bytes = 0;
};

Files files_in(const fs::path& folder) {
  Files files;
  std::error_code error;
  if (fs::is_symlink(folder, error)) {
    return files;
  }
  for (auto at = fs::recursive_directory_iterator(folder, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone)) {
      ++files.count;
      files.bytes += at->file_size(gone);
    }
  }
  return files;
}

// "'small' (6 trials, 24 epochs, 2 files of 61 kB)"
std::string description(storage::Queries& queries, const storage::SweepRow& sweep) {
  const storage::SummaryRow summary = queries.summary(sweep.name);
  const Files files = files_in(folder_of(queries.path(), sweep.sweep_id));
  return fmt::format("'{}' ({}, {}, {})", sweep.name, counted(summary.trials, "trial"),
                     counted(summary.epochs, "epoch"),
                     files.count == 0 ? "no files"
                                      : fmt::format("{} of {}", counted(files.count, "file"),
                                                    size_text(files.bytes)));
}

// Their folder, and that of all sweeps if it is empty now. The rows are gone: files that cannot be
// removed are named and left.
void remove_files(const fs::path& database, std::int64_t sweep_id, LinePrinter& printer) {
  const fs::path folder = folder_of(database, sweep_id);
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) {
    printer.line(fmt::format("{}: cannot be removed: {}", folder.string(), error.message()));
    return;
  }
  fs::remove(folder.parent_path(), error);  // only if it is empty
}

// Where another sweep is being trained, its run must not wait for the whole file to be written
// anew.
bool anything_runs(storage::Queries& queries) {
  const auto sweeps = queries.sweeps();
  return std::any_of(sweeps.begin(), sweeps.end(), [&](const storage::SweepRow& sweep) {
    return queries.is_being_run(sweep.sweep_id);
  });
}

void release_space(storage::Queries& queries, storage::Store& store, LinePrinter& printer) {
  if (anything_runs(queries)) {
    printer.line(fmt::format(
        "{}: keeps its size while a run writes to it; new results will use the space that is free",
        queries.path().string()));
    return;
  }
  try {
    store.release_space();
  } catch (const storage::StoreError& error) {
    printer.line(fmt::format("{} (what was to be removed is removed; the file keeps its size)",
                             error.what()));
  }
}

}  // namespace

void add_rm_options(boost::program_options::options_description& options) {
  options.add_options()("yes", "do not ask");
}

const char kRmHelp[] =
    R"(Removes sweeps for good: trials, epochs, events, and the files beside the database that belong to
them. Then the database gives the space back. It asks first; where nobody can answer, as in a
script, it needs --yes. A sweep that a process runs is never removed.

To put a sweep out of sight and keep it, use archive.

Examples
  hpsearch rm quickstart~1
  hpsearch rm first-try second-try --yes

Exit codes: 0 removed; 1 another process runs a sweep, the database cannot be written, or the answer
was no; 2 a sweep does not exist, or nobody can be asked and --yes is missing.
)";

int rm_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const auto sweeps = named_sweeps(*queries, invocation);
  for (const storage::SweepRow& sweep : sweeps) {  // before a question that would be in vain
    const storage::SweepLock lock(invocation.database, sweep.sweep_id, sweep.name);
  }
  std::vector<std::string> descriptions;
  std::string question = sweeps.size() == 1 ? "remove sweep " : "remove these sweeps for good?\n";
  for (const storage::SweepRow& sweep : sweeps) {
    descriptions.push_back(description(*queries, sweep));
    question += sweeps.size() == 1 ? descriptions.back() + " for good?"
                                   : fmt::format("  {}\n", descriptions.back());
  }
  LinePrinter printer(stderr);
  if (invocation.options.count("yes") == 0) {
    if (!can_ask()) {
      throw UsageError("'rm' removes results for good, and nobody can be asked; add --yes");
    }
    if (!ask(question)) {
      printer.line("nothing is removed");
      return kExitRuntime;
    }
  }
  const auto store = storage::open_store(invocation.database, tool_version());
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    const storage::SweepLock lock(invocation.database, sweeps[i].sweep_id, sweeps[i].name);
    store->remove_sweep(sweeps[i].sweep_id);
    remove_files(invocation.database, sweeps[i].sweep_id, printer);
    print_text(fmt::format("removed {}\n", descriptions[i]));
  }
  release_space(*queries, *store, printer);
  return kExitDone;
}

}  // namespace hpsearch::runner
