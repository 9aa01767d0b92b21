#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep_report.h"
#include "reports/table.h"
#include "runner/best_yaml.h"
#include "runner/cli.h"
#include "runner/command.h"
#include "runner/line_printer.h"
#include "runner/usage_error.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr int kTopRows = 10;

storage::SweepRow choose_sweep(storage::Queries& queries, const Invocation& invocation) {
  const auto sweep = invocation.sweep ? queries.sweep(*invocation.sweep) : queries.newest_sweep();
  if (sweep) {
    return *sweep;
  }
  const auto names = queries.sweep_names();
  if (names.empty()) {
    throw UsageError(
        fmt::format("{}: holds no sweep yet; run one first", invocation.database.string()));
  }
  throw UsageError(reports::printable(fmt::format("{}: has no sweep '{}'; it has: {}",
                                                  invocation.database.string(), *invocation.sweep,
                                                  fmt::join(names, ", "))));
}

}  // namespace

void add_report_options(po::options_description& options) {
  options.add_options()                                                                   //
      ("best", "the best trial: what it reached, and a sweep file that trains it again")  //
      ("json", "one JSON object instead of text");
}

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
