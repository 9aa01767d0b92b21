#include "runner/commands/doctor.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/json_values.h"
#include "runner/commands/answer.h"
#include "runner/commands/command.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "runner/run/run_event.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/health.h"
#include "storage/location.h"
#include "storage/recovery.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;
using storage::HealthFinding;
using Kind = HealthFinding::Kind;

// Equal bits need equal processors and builds. A database that cannot be read has other findings.
void look_at_processors(const std::filesystem::path& database,
                        std::vector<HealthFinding>& findings) {
  try {
    const auto queries = storage::open_queries(database);
    for (const storage::SweepRow& sweep : queries->sweeps()) {
      const auto runs = run_fingerprints(*queries, sweep.sweep_id);
      if (std::set(runs.begin(), runs.end()).size() > 1) {
        findings.push_back(
            {"processor", Kind::kNote,
             fmt::format("sweep '{}' ran on different processors or builds", sweep.name),
             "its trials' bits are promised among equal ones only", false});
      }
      if (!runs.empty() && sweep.state != storage::SweepState::kComplete &&
          runs.back() != fingerprint()) {
        findings.push_back(
            {"processor", Kind::kNote,
             fmt::format("sweep '{}' last ran on another processor or build", sweep.name),
             "here its unfinished trials start again", false});
      }
    }
  } catch (const storage::StoreError&) {  // examine() has said so
  }
}

bool is_wrong(const HealthFinding& finding) {
  return finding.kind == Kind::kWarning || finding.kind == Kind::kDamage;
}

std::string findings_text(const std::vector<HealthFinding>& findings) {
  std::string text;
  for (const HealthFinding& one : findings) {
    text += fmt::format("{:<8} {:<10} {}{}{}\n", to_text(one.kind), one.about, one.text,
                        one.remedy.empty() ? "" : "; ", one.remedy);
  }
  return text;
}

std::string findings_json(const std::vector<HealthFinding>& findings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const HealthFinding& one : findings) {
    all.push_back({{"kind", to_text(one.kind)},
                   {"about", one.about},
                   {"text", one.text},
                   {"remedy", one.remedy},
                   {"mendable", one.mendable}});
  }
  return nn::json_text(
             nlohmann::ordered_json{{"format", reports::kJsonFormat}, {"findings", all}}) +
         "\n";
}

int recover_into(const Invocation& invocation) {
  const std::string fresh = invocation.options["recover"].as<std::string>();
  if (std::filesystem::exists(std::filesystem::symlink_status(fresh))) {
    throw UsageError(fmt::format("{}: exists; name a new file for --recover", fresh));
  }
  const storage::Recovered recovered = storage::recover(invocation.database, fresh, tool_version());
  print_text(fmt::format("{}: sweeps: {}, trials: {}, epochs: {}\n", fresh, recovered.sweeps,
                         recovered.trials, recovered.epochs));
  for (const std::string& loss : recovered.losses) {
    print_text(fmt::format("lost     {}\n", loss));
  }
  if (recovered.incomplete > 0) {
    print_text(
        fmt::format("{} trial{} lack{} rows: run the sweep's file with --db {}, and {} trained "
                    "again with the same seed\n",
                    recovered.incomplete, recovered.incomplete == 1 ? "" : "s",
                    recovered.incomplete == 1 ? "s" : "", fresh,
                    recovered.incomplete == 1 ? "it is" : "they are"));
  }
  return kExitDone;
}

}  // namespace

const char kDoctorHelp[] =
    R"(Looks for what is wrong with the database: its pages, indexes, tables and views, rows that
contradict each other, files that are missing, changed or left over, sweeps and locks of killed
processes, times, free space, and the processors that sweeps ran on. Nothing is written, and a run
may go on.

--repair copies the database to FILE.before-repair and then mends what needs no guess: indexes,
views, rows without their sweep or trial, locks of dead processes, and files that no row names.
--recover takes what can still be read out of a file with damaged pages. Trials that lost rows are
trained again by the next run. Put the new file into the same folder: the winners' files stay there.

Examples
  hpsearch doctor --db results.db
  hpsearch doctor --db results.db --recover rescued.db && hpsearch run sweep.yaml --db rescued.db

Exit codes: 0 nothing is wrong, or all of it was mended; 1 something is wrong, or the file cannot be
read; 2 invalid command line.
)";

void add_doctor_options(po::options_description& options) {
  add_json_option(options);
  options.add_options()                                            //
      ("repair", "mend what needs no guess, after a copy")         //
      ("recover", po::value<std::string>()->value_name("NEW.db"),  //
       "write what can be read of a damaged file into a new one");
}

int doctor_command(const Invocation& invocation) {
  require_json_for_fields(invocation);
  if (storage::is_url(invocation.database)) {
    throw UsageError(
        "doctor checks SQLite files; a PostgreSQL server checks its own, and export --db-copy "
        "writes "
        "a sweep into a file");
  }
  if (invocation.options.count("recover") > 0) {
    for (const char* other : {"repair", "json"}) {
      if (invocation.options.count(other) > 0) {
        throw UsageError(fmt::format("--recover and --{} do not go together", other));
      }
    }
    return recover_into(invocation);
  }
  std::vector<HealthFinding> findings = storage::examine(invocation.database);
  const auto mendable = [](const HealthFinding& one) { return one.mendable; };
  LinePrinter printer(stderr);
  if (invocation.options.count("repair") > 0 &&
      std::any_of(findings.begin(), findings.end(), mendable)) {
    const storage::Mended mended = storage::mend(invocation.database);
    printer.line(fmt::format("copied the database to {}", mended.copy.string()));
    for (const std::string& step : mended.steps) {
      printer.line(step);
    }
    findings = storage::examine(invocation.database);
  }
  look_at_processors(invocation.database, findings);
  print_answer(invocation, in_form(
                               invocation, [&] { return findings_text(findings); },
                               [&] { return findings_json(findings); }, {"findings", {}}));
  return std::any_of(findings.begin(), findings.end(), is_wrong) ? kExitRuntime : kExitDone;
}

}  // namespace hpsearch::runner
