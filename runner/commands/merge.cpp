#include "runner/commands/merge.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/sweep/sweep_list.h"
#include "reports/text/json_values.h"
#include "runner/commands/answer.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/merge/merge_plan.h"
#include "runner/merge/new_database.h"
#include "runner/merge/write_merge.h"
#include "runner/run/environment.h"
#include "storage/location.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

std::vector<MergeSource> open_sources(const std::vector<std::string>& paths,
                                      const fs::path& target) {
  std::vector<MergeSource> sources;
  sources.reserve(paths.size());
  for (const std::string& path : paths) {
    std::error_code absent;
    if (path == target || fs::equivalent(path, target, absent)) {
      throw UsageError(
          fmt::format("{} is the database that the others are merged into, and cannot "
                      "be merged into itself",
                      path));
    }
    sources.emplace_back(path);
  }
  return sources;
}

std::optional<std::string> text_option(const Invocation& invocation, const char* name) {
  return invocation.options.count(name) > 0
             ? std::optional(invocation.options[name].as<std::string>())
             : std::nullopt;
}

void print_parts(const std::vector<MergeGroup>& groups, LinePrinter& printer) {
  for (const MergeGroup& group : groups) {
    for (const MergePart& part : group.parts) {
      const std::size_t n = part.trials.size();
      printer.line(fmt::format(
          "{}: {} of sweep '{}'", part.source->path().string(),
          n == 0 ? std::string("nothing new") : fmt::format("{} trial{}", n, n == 1 ? "" : "s"),
          group.name));
    }
  }
}

std::vector<reports::SweepListRow> read_results(const fs::path& target,
                                                const std::vector<MergeGroup>& groups) {
  const auto queries = storage::open_queries(target);
  std::vector<reports::SweepListRow> rows;
  for (const MergeGroup& group : groups) {
    const storage::SweepRow sweep = queries->sweep(group.name).value();
    rows.push_back(
        {sweep, queries->summary(sweep.name), reports::planned_trials(*queries, sweep.sweep_id)});
  }
  return rows;
}

// How many trials each database has brought, and what the sweeps have now.
std::string results_json(const fs::path& target,
                         const std::vector<MergeGroup>& groups,
                         const std::vector<reports::SweepListRow>& rows) {
  nlohmann::ordered_json json{{"format", reports::kJsonFormat},
                              {"database", target.string()},
                              {"sweeps", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto& sweep = json["sweeps"].emplace_back(
        nlohmann::ordered_json{{"sweep", rows[i].sweep.name},
                               {"state", to_text(rows[i].sweep.state)},
                               {"done", rows[i].done()},
                               {"planned", rows[i].planned_trials},
                               {"taken", nlohmann::ordered_json::array()}});
    for (const MergePart& part : groups[i].parts) {
      sweep["taken"].push_back(
          {{"database", part.source->path().string()}, {"trials", part.trials.size()}});
    }
  }
  return reports::json_line(json);
}

void print_results(const fs::path& target,
                   const std::vector<reports::SweepListRow>& rows,
                   LinePrinter& printer) {
  for (const reports::SweepListRow& row : rows) {
    const storage::SweepRow& sweep = row.sweep;
    const bool ended = sweep.state == storage::SweepState::kComplete;
    printer.line(
        fmt::format("{}: sweep '{}' has {} of {} trials{}", target.string(), sweep.name, row.done(),
                    row.planned_trials,
                    ended ? ", and is complete"
                          : fmt::format("; to {} it: hpsearch run FILE --db {}",
                                        row.done() >= row.planned_trials ? "end" : "go on with",
                                        shell_word(target.string()))));
  }
}

// Nobody trains a sweep of the target while it changes.
std::vector<std::unique_ptr<storage::SweepLock>> lock_sweeps(storage::Queries& target) {
  std::vector<std::unique_ptr<storage::SweepLock>> locks;
  for (const storage::SweepRow& sweep : target.sweeps()) {
    locks.push_back(
        std::make_unique<storage::SweepLock>(target.path(), sweep.sweep_id, sweep.name));
  }
  return locks;
}

}  // namespace

const char kMergeHelp[] =
    R"(Takes the sweeps of other databases into ALL.db, which is made if there is none. The others stay as
they are; they may be of an older version, and their sweeps may be running.

The shards of a sweep (run --shard) become one sweep. The same holds for any databases with trials
of the same sweep: the same name, configuration, seed and data. A trial that two of them have ended
must be equal in both, bit for bit. Merging a database again adds what is new in it. Once all shards
are there, hpsearch run FILE --db ALL.db ends the sweep: it trains what is missing, and computes the
winner's test metrics.

Any other sweep is copied under its name, with the files of its trials. Sweeps that run --fresh has
set aside (NAME~1) stay out, unless --only names one and --as renames it.

It changes all of ALL.db or nothing. Nothing there is ever overwritten.

Examples
  hpsearch merge all.db shard-*.db && hpsearch run sweep.yaml --db all.db
  hpsearch merge all.db colleague.db
  hpsearch merge all.db colleague.db --only digits --as colleagues-digits

Exit codes: 0 done; 1 a database cannot be read or written, or another process runs a sweep of
ALL.db; 2 the databases have different results for a trial, or different sweeps of one name.
)";

void add_merge_options(po::options_description& options) {
  options.add_options()  //
      ("only", po::value<std::string>()->value_name("NAME"),
       "take only the sweep of this name")  //
      ("as", po::value<std::string>()->value_name("NAME"), "give the one sweep this name");
  add_json_option(options);
}

int merge_command(const Invocation& invocation) {
  require_fields_of(invocation,
                    R"({"format":1,"database":"","sweeps":[{"sweep":"","state":"","done":0,)"
                    R"("planned":0,"taken":[{"database":"","trials":0}]}]})");
  if (invocation.options.count("db") > 0) {
    throw UsageError("'merge' names its databases as arguments: hpsearch merge ALL.db FILE...");
  }
  if (invocation.operands.size() < 2) {
    throw UsageError(
        "'merge' needs a database to merge into, and at least one to take sweeps from: "
        "hpsearch merge ALL.db FILE...");
  }
  const fs::path target = invocation.operands.front();
  const std::vector<MergeSource> sources =
      open_sources({invocation.operands.begin() + 1, invocation.operands.end()}, target);
  const MergeWishes wishes{text_option(invocation, "only"), text_option(invocation, "as")};
  LinePrinter printer(stderr);
  std::vector<MergeGroup> groups;
  if (storage::is_url(target) || storage::database_exists(target)) {
    const auto store = storage::open_store(target, tool_version());
    store->interrupt_dead_sweeps();
    const auto queries = storage::open_queries(target);
    const auto locks = lock_sweeps(*queries);
    groups = plan_merge(sources, queries.get(), target, wishes);
    write_merge(*store, target, groups, printer);
  } else {
    groups = plan_merge(sources, nullptr, target, wishes);
    NewDatabase database(target);
    write_merge(database.store(), target, groups, printer);
    database.finish();
  }
  print_parts(groups, printer);
  const auto rows = read_results(target, groups);
  print_results(target, rows, printer);
  if (form_of(invocation) == Form::kJson) {
    print_answer(invocation,
                 choose_fields(results_json(target, groups, rows), chosen_fields(invocation)));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
