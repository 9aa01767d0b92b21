#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep_report.h"
#include "reports/table.h"
#include "runner/best_yaml.h"
#include "runner/choose_sweep.h"
#include "runner/cli.h"
#include "runner/command.h"
#include "runner/line_printer.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr int kTopRows = 10;

}  // namespace

void add_report_options(po::options_description& options) {
  options.add_options()                                                                   //
      ("best", "the best trial: what it reached, and a sweep file that trains it again")  //
      ("json", "one JSON object instead of text");
}

const char kReportHelp[] =
    "Says what a sweep found, from the database alone: also while a run writes it.\n"
    "\n"
    "Examples\n"
    "  hpsearch report\n"
    "  hpsearch report --best > best.yaml && hpsearch run best.yaml\n"
    "\n"
    "Exit codes: 0 done; 1 the database cannot be read; 2 there is no such sweep; 3 --best, and "
    "no\n"
    "trial is complete.\n";

int report_command(const Invocation& invocation) {
  storage::Queries queries(invocation.database);
  queries.hold_snapshot();
  const storage::SweepRow sweep = choose_sweep(queries, invocation);
  const bool best = invocation.options.count("best") > 0;
  const auto report = reports::read_report(queries, sweep, best ? 1 : kTopRows);
  if (best && report.top.empty()) {
    fmt::print(stderr, "hpsearch: sweep '{}' has no complete trial yet\n",
               reports::printable(sweep.name));
    return kExitNoTrial;
  }
  std::optional<std::string> yaml;
  if (best) {
    yaml = best_yaml(sweep, report.top.front());
  }
  if (invocation.options.count("json") > 0) {
    fmt::print("{}", reports::json_report(report, yaml));
  } else if (best) {
    fmt::print("{}", reports::best_report(report, *yaml));
  } else {
    fmt::print("{}", reports::text_report(report, terminal_width(stdout)));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
