#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/sweep/sweep_list.h"
#include "runner/commands/answer.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// A tag of the sweep itself, or of one of its trials.
bool has_tag(const reports::SweepListRow& row, const std::string& tag) {
  return std::any_of(row.remarks.tags.begin(), row.remarks.tags.end(),
                     [&](const storage::TagRow& own) { return own.tag == tag; });
}

// All columns for programs; for people, unless --fields chooses, those that fit on a page.
reports::TextTable table(const Invocation& invocation,
                         const std::vector<reports::SweepListRow>& sweeps) {
  const bool programs = form_of(invocation) == Form::kCsv;
  auto all =
      reports::sweep_list_table(sweeps, programs ? reports::Digits::kAll : reports::Digits::kFew);
  return programs || !chosen_fields(invocation).empty()
             ? all
             : choose_columns(std::move(all), {"sweep", "method", "state", "done", "planned",
                                               "metric", "best", "created_at"});
}

}  // namespace

void add_list_options(po::options_description& options) {
  options.add_options()                   //
      ("all", "archived sweeps as well")  //
      ("tag", po::value<std::string>()->value_name("TAG"),
       "only sweeps with this tag, or with a trial that has it");
  add_form_options(options);
}

const char kListHelp[] =
    R"(Lists the sweeps in the database, newest first: state, finished and planned trials, best value and
tags. Archived ones are left out. A name like quickstart~1 is a sweep that run --fresh set aside.

Examples
  hpsearch list --db results.db
  hpsearch list --all --tag paper
  hpsearch list --csv > sweeps.csv
  hpsearch list --json --fields sweep,state,best

Exit codes: 0 done; 1 the database cannot be read; 2 it has no sweeps.
)";

int list_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  auto sweeps = reports::read_sweep_list(*queries);
  if (sweeps.empty()) {
    refuse_empty(invocation);
  }
  if (invocation.options.count("tag") > 0) {
    const auto tag = invocation.options["tag"].as<std::string>();
    std::erase_if(sweeps, [&](const auto& row) { return !has_tag(row, tag); });
  }
  if (invocation.options.count("all") == 0) {
    const std::size_t hidden =
        std::erase_if(sweeps, [](const auto& row) { return row.sweep.archived_at.has_value(); });
    if (hidden > 0) {
      LinePrinter(stderr).line(fmt::format("{} archived sweep{} not listed; --all shows {}", hidden,
                                           hidden == 1 ? " is" : "s are",
                                           hidden == 1 ? "it" : "them"));
    }
  }
  print_answer(
      invocation,
      in_form(
          invocation, [&] { return reports::sweep_list_text(sweeps, terminal_width(stdout)); },
          [&] { return reports::sweep_list_json(sweeps); },
          [&] { return table(invocation, sweeps); }, {"sweeps", {}}));
  return kExitDone;
}

}  // namespace hpsearch::runner
