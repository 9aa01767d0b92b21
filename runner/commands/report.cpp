#include <array>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string_view>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/summary/selection_report.h"
#include "reports/summary/sweep_report.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/winner/weight_tiles.h"
#include "runner/commands/answer.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/command.h"
#include "runner/commands/export_target.h"
#include "runner/commands/report_views.h"
#include "runner/console/exit_code.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/serve/html_report.h"
#include "runner/stored/best_yaml.h"
#include "runner/stored/ensemble_yaml.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr int kTopRows = 10;

bool given(const Invocation& invocation, const char* option) {
  return invocation.options.count(option) > 0;
}

// Options that each ask for a different answer, and options that choose its format.
constexpr std::array kAnswers{"best",   "importance", "curves", "compare",
                              "advice", "next",       "html",   "weights-png"};
constexpr std::array kForms{"csv", "md", "json"};

[[noreturn]] void refuse(const char* one, const char* other) {
  throw UsageError(
      fmt::format("--{} and --{} cannot be combined; leave one of them out", one, other));
}

void refuse_two_of(const Invocation& invocation, std::span<const char* const> options) {
  const char* first = nullptr;
  for (const char* option : options) {
    if (given(invocation, option)) {
      if (first != nullptr) {
        refuse(first, option);
      }
      first = option;
    }
  }
}

// Refuses options that ask for different things.
void refuse_contradictions(const Invocation& invocation) {
  form_of(invocation);
  refuse_two_of(invocation, kAnswers);
  // These answers are not about a selection of trials, except for --curves --top.
  for (const char* answer : kAnswers) {
    for (const char* option : {"where", "sort", "top"}) {
      const bool curves_of_the_best =
          std::string_view(answer) == "curves" && std::string_view(option) == "top";
      if (given(invocation, answer) && given(invocation, option) && !curves_of_the_best) {
        refuse(answer, option);
      }
    }
  }
  // These answers have one form only, except for --best --json.
  for (const char* form : kForms) {
    const bool of_best = given(invocation, "best") && std::string_view(form) != "json";
    for (const char* answer : {"best", "next", "html", "weights-png"}) {
      if (given(invocation, answer) && given(invocation, form) &&
          (std::string_view(answer) != "best" || of_best)) {
        refuse(answer, form);
      }
    }
  }
  for (const char* answer : {"next", "html", "weights-png"}) {
    if (given(invocation, answer) && given(invocation, "fields")) {
      refuse(answer, "fields");
    }
  }
  if (given(invocation, "best")) {
    require_json_for_fields(invocation);
  }
  const bool curves = given(invocation, "curves");
  const bool compare = given(invocation, "compare");
  if (given(invocation, "metric") && !curves && !compare) {
    throw UsageError("--metric needs --curves or --compare: it chooses the series to plot");
  }
  if (!invocation.operands.empty() && !curves && !compare) {
    throw UsageError(
        fmt::format("'{}': trial numbers need --curves or --compare; see hpsearch report --help",
                    invocation.operands.front()));
  }
  if (curves && !invocation.operands.empty() && given(invocation, "top")) {
    throw UsageError("--top selects the best trials and the numbers select others; leave one out");
  }
}

storage::Selection read_selection(const Invocation& invocation) {
  storage::Selection selection;
  selection.ranked_only = !given(invocation, "where") && !given(invocation, "sort");
  if (given(invocation, "where")) {
    selection.where = invocation.options["where"].as<std::string>();
  }
  if (given(invocation, "sort")) {
    std::string column = invocation.options["sort"].as<std::string>();
    selection.descending = column.starts_with('-');
    selection.sort = column.substr(selection.descending ? 1 : 0);
  }
  return selection;
}

storage::TrialTable select(storage::Queries& queries,
                           const storage::SweepRow& sweep,
                           const storage::Selection& selection) {
  try {
    return queries.select(sweep, selection);
  } catch (const storage::UnknownColumn& error) {
    const std::vector<std::string_view> names(error.columns.begin(), error.columns.end());
    const bool in_where = selection.where && selection.where->find(error.name) != std::string::npos;
    const std::string meant = did_you_mean(error.name, names);
    throw UsageError(fmt::format(
        "{}{}; the columns are: {}{}", error.what(), meant, fmt::join(names, ", "),
        in_where && meant.empty() ? fmt::format("; a text goes in single quotes: '{}'", error.name)
                                  : ""));
  } catch (const storage::SelectionError& error) {
    throw UsageError(
        fmt::format("--where {}; write an SQL expression over the columns, such as \"value > 0.9 "
                    "AND seconds < 10\"",
                    error.what()));
  }
}

// The trials that --where, --sort, --csv, --md or --fields select, in the chosen format.
std::string selection_report(storage::Queries& queries,
                             const reports::SweepReport& report,
                             const Invocation& invocation,
                             std::optional<std::size_t> top) {
  const storage::Selection selection = read_selection(invocation);
  const auto states = selection.ranked_only ? reports::States::kRankedOnly : reports::States::kAll;
  const storage::TrialTable table = select(queries, report.sweep, selection);
  const std::size_t all = top.value_or(table.rows.size());
  const std::size_t few = top.value_or(kTopRows);
  const auto fields = chosen_fields(invocation);
  switch (form_of(invocation)) {
    case Form::kJson:
      return choose_fields(reports::json_report(report, std::nullopt, &table, all), fields,
                           report_shape());
    case Form::kCsv:
      return reports::to_csv(
          choose_columns(reports::selection_table(table, all, reports::Digits::kAll), fields));
    default:
      break;
  }
  if (!fields.empty()) {
    return table_in_form(invocation, reports::selection_table(table, few, reports::Digits::kFew));
  }
  return form_of(invocation) == Form::kMarkdown
             ? reports::selection_markdown(report, table, states, few)
             : reports::selection_text(report, table, states, few, terminal_width(stdout));
}

std::string best_report(storage::Queries& queries,
                        const reports::SweepReport& report,
                        const Invocation& invocation) {
  const bool json = given(invocation, "json");
  const std::string yaml = report.ensemble && report.ensemble->kind == "trials"
                               ? ensemble_yaml(queries, report.sweep, *report.ensemble)
                               : best_yaml(report.sweep, report.top.front());
  return json ? choose_fields(reports::json_report(report, yaml), chosen_fields(invocation),
                              report_shape())
              : reports::best_report(report, yaml);
}

// Writes the picture of the first layer and prints a line about it.
int write_weight_tiles(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const Invocation& invocation) {
  const std::filesystem::path target = invocation.options["weights-png"].as<std::string>();
  if (target.empty()) {
    throw UsageError("--weights-png needs a file name");
  }
  const TargetOption option{"--weights-png", false};
  require_target(target, TargetKind::kFile, nn::Existing::kKept, invocation.database, {}, nullptr,
                 option);
  std::string reason;
  const auto tiles = reports::winner_tiles(queries, sweep, reason);
  if (!tiles) {
    throw UsageError("cannot draw the first layer: " + reason);
  }
  nn::WholeFile file(target);
  file.write(std::as_bytes(std::span(tiles->png)));
  if (!file.finish(nn::Existing::kKept)) {
    refuse_taken(target, option);
  }
  fmt::print(
      "{}: weights of {} of {} units, {} x {} pixels each; smoothness {} (0 noise, 1 smooth)\n",
      reports::printable(target.string()), tiles->shown, tiles->units, tiles->image.height,
      tiles->image.width, reports::short_number(tiles->smoothness));
  return kExitDone;
}

}  // namespace

void add_report_options(po::options_description& options) {
  options.add_options()                                                               //
      ("best", "the best trial: its results, and a sweep file that trains it again")  //
      ("advice", "what to change in the sweep file and why")                          //
      ("next", po::value<std::string>()->value_name("FILE"),
       "write a sweep file for the next sweep, with these changes made")                         //
      ("importance", "which parameters mattered, and the results in each part of their ranges")  //
      ("curves", "learning curves of trials N..., or of the best")                               //
      ("compare",
       "compare two trials of the sweep, or two sweeps: --compare 3 7, --compare a b")  //
      ("metric", po::value<std::string>()->value_name("NAME"),
       "the series to plot: loss, accuracy, or any other (default: the sweep's metric)")  //
      ("top", po::value<std::string>()->value_name("N"),
       "number of trials (default: 10; all with --csv, 1 with --curves)")  //
      ("sort", po::value<std::string>()->value_name("COLUMN"),
       "sort trials of all states by this column; -COLUMN sorts largest first")  //
      ("where", po::value<std::string>()->value_name("EXPR"),
       "show trials of all states for which this SQL expression over the columns is true")  //
      ("html", po::value<std::string>()->value_name("FILE"),
       "write a page with charts: one file for any browser, also offline")  //
      ("weights-png", po::value<std::string>()->value_name("FILE"),
       "draw the first layer's weights of the winner: what each unit responds to in an image");
  add_form_options(options);
}

const char kReportHelp[] =
    R"(Reports what a sweep found. It reads only the database, so it also works while a run writes to it.
--where and --sort accept rank and the columns of the view trials_NAME: trial, state, value, score,
stage, best_epoch, seconds, and one column per parameter.

Examples
  hpsearch report
  hpsearch report --best > best.yaml && hpsearch run best.yaml
  hpsearch report --where "learning_rate < 0.1 AND state = 'complete'" --sort -seconds
  hpsearch report --csv > trials.csv
  hpsearch report --json --fields best.value,test,digest
  hpsearch report --fields trial,value,learning_rate --top 20
  hpsearch report --curves --top 2 --metric loss
  hpsearch report --compare 3 7
  hpsearch report --next next.yaml && hpsearch run next.yaml
  hpsearch report --weights-png first-layer.png

Exit codes: 0 done; 1 the database cannot be read, or a file cannot be written; 2 the sweep or the
trial does not exist, an option is invalid, or the name of a file is taken; 3 --best or --curves was
asked for, and no trial is complete.
)";

int report_command(const Invocation& invocation) {
  refuse_contradictions(invocation);
  std::optional<std::size_t> top;
  if (given(invocation, "top")) {
    top = static_cast<std::size_t>(
        option_number("top", invocation.options["top"].as<std::string>(), 1, kMaxTrials));
  }
  const auto queries = storage::open_queries(invocation.database);
  queries->hold_snapshot();
  if (given(invocation, "compare")) {
    print_answer(invocation, compare_view(*queries, invocation));
    return kExitDone;
  }
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  auto none_complete = [&] {
    fmt::print(stderr, "hpsearch: sweep '{}' has no complete trials yet\n",
               reports::printable(sweep.name));
    return kExitNoTrial;
  };
  if (given(invocation, "advice")) {
    print_answer(invocation, advice_view(*queries, sweep, invocation));
    return kExitDone;
  }
  if (given(invocation, "next")) {
    write_next(*queries, sweep, invocation.options["next"].as<std::string>());
    return kExitDone;
  }
  if (given(invocation, "importance")) {
    print_answer(invocation, importance_view(*queries, sweep, invocation));
    return kExitDone;
  }
  if (given(invocation, "curves")) {
    const auto curves = curves_view(*queries, sweep, invocation, static_cast<int>(top.value_or(1)));
    print_answer(invocation, curves.value_or(""));
    return curves ? kExitDone : none_complete();
  }
  if (given(invocation, "weights-png")) {
    return write_weight_tiles(*queries, sweep, invocation);
  }
  if (given(invocation, "html")) {
    const auto file = invocation.options["html"].as<std::string>();
    write_html_report(*queries, sweep, file);
    fmt::print(stderr, "wrote {}: the report of sweep '{}', for any browser\n",
               reports::printable(file), reports::printable(sweep.name));
    return kExitDone;
  }
  const bool best = given(invocation, "best");
  const bool json = given(invocation, "json");
  auto report =
      reports::read_report(*queries, sweep, best ? 1 : static_cast<int>(top.value_or(kTopRows)));
  if (best && report.top.empty()) {
    return none_complete();
  }
  const bool selected = given(invocation, "where") || given(invocation, "sort") ||
                        given(invocation, "csv") || given(invocation, "md") ||
                        (given(invocation, "fields") && !json);
  if (!best && !selected) {
    report.advice = sweep_advice(*queries, sweep);
  }
  if (best) {
    print_answer(invocation, best_report(*queries, report, invocation));
  } else if (selected) {
    print_answer(invocation, selection_report(*queries, report, invocation, top));
  } else {
    print_answer(invocation, json ? choose_fields(reports::json_report(report, std::nullopt),
                                                  chosen_fields(invocation), report_shape())
                                  : reports::text_report(report, terminal_width(stdout)));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
