#include "runner/commands/report_views.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/findings/advice.h"
#include "reports/findings/compare_sweeps.h"
#include "reports/findings/compare_trials.h"
#include "reports/findings/curves.h"
#include "reports/findings/importance_report.h"
#include "reports/summary/report_fields.h"
#include "reports/summary/sweep_report.h"
#include "reports/sweep/sweep_data.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/printable.h"
#include "runner/commands/answer.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/limits.h"
#include "runner/console/line_printer.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/stored/config_differences.h"
#include "runner/stored/next_yaml.h"
#include "runner/stored/sweep_identity.h"
#include "runner/stored/warm_start.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/sweep/metric.h"

namespace hpsearch::runner {
namespace {

bool given(const Invocation& invocation, const char* option) {
  return invocation.options.count(option) > 0;
}

reports::Glyphs glyphs() {
  return writes_utf8() ? reports::Glyphs::kUnicode : reports::Glyphs::kAscii;
}

storage::TrialRow find_trial(storage::Queries& queries,
                             const storage::SweepRow& sweep,
                             const std::string& text) {
  const std::uint64_t number = trial_number(text);
  if (auto trial = queries.trial(sweep.sweep_id, number)) {
    return *std::move(trial);
  }
  throw UsageError(no_such_trial(queries, sweep, number));
}

storage::SweepRow find_sweep(storage::Queries& queries, const std::string& name) {
  if (auto sweep = queries.sweep(name)) {
    sweep->state = reports::current_state(queries, *sweep);
    return *std::move(sweep);
  }
  const auto names = queries.sweep_names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw UsageError(
      reports::printable(fmt::format("unknown sweep '{}'{}; the database has: {}", name,
                                     did_you_mean(name, known), fmt::join(names, ", "))));
}

std::string metric_of(const Invocation& invocation, const storage::SweepRow& sweep) {
  return given(invocation, "metric") ? invocation.options["metric"].as<std::string>()
                                     : sweep.metric;
}

// Throws UsageError if none of the trials has the series and no trial of the sweep could. The
// sweep's own metric is a series even if all trials diverged before they had a value of it.
void require_series(storage::Queries& queries,
                    const storage::SweepRow& sweep,
                    const std::vector<reports::TrialCurves>& trials,
                    const std::string& metric) {
  const bool any = std::any_of(trials.begin(), trials.end(),
                               [](const auto& trial) { return !trial.curves.empty(); });
  if (any || trials.empty() || metric == sweep.metric ||
      queries.has_metric(sweep.sweep_id, metric)) {
    return;
  }
  const auto names = reports::series_names(queries, trials.front().trial.trial_id);
  if (std::find(names.begin(), names.end(), reports::series_of(metric).front()) != names.end()) {
    return;  // known, but nothing is recorded yet
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw UsageError(
      reports::printable(fmt::format("no trial has a series '{}'{}; available: {}", metric,
                                     did_you_mean(metric, known), fmt::join(names, ", "))));
}

std::string compare_trials_view(storage::Queries& queries, const Invocation& invocation) {
  const storage::SweepRow sweep = choose_sweep(queries, invocation);
  const auto a = find_trial(queries, sweep, invocation.operands[0]);
  const auto b = find_trial(queries, sweep, invocation.operands[1]);
  const std::string metric = metric_of(invocation, sweep);
  const auto comparison = reports::compare_trials(queries, sweep, a, b, metric);
  require_series(queries, sweep, {comparison.a, comparison.b}, metric);
  return in_form(
      invocation,
      [&] { return reports::comparison_text(comparison, terminal_width(stdout), glyphs()); },
      [&] { return reports::comparison_json(comparison); },
      [&] { return reports::comparison_table(comparison); });
}

std::string compare_sweeps_view(storage::Queries& queries, const Invocation& invocation) {
  if (given(invocation, "metric")) {
    throw UsageError(
        "--metric applies only to trials; two sweeps are compared by their own metrics");
  }
  const storage::SweepRow a = find_sweep(queries, invocation.operands[0]);
  const storage::SweepRow b = find_sweep(queries, invocation.operands[1]);
  const auto comparison =
      reports::compare_sweeps(reports::read_sweep_results(queries, a),
                              reports::read_sweep_results(queries, b), config_differences(a, b));
  return in_form(
      invocation, [&] { return reports::comparison_text(comparison, terminal_width(stdout)); },
      [&] { return reports::comparison_json(comparison); },
      [&] { return reports::comparison_table(comparison); });
}

}  // namespace

std::string importance_view(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            const Invocation& invocation) {
  const auto data = reports::read_sweep_data(queries, sweep);
  const auto report = reports::importance_report(data);
  return in_form(
      invocation,
      [&] { return reports::importance_text(data, report, terminal_width(stdout), glyphs()); },
      [&] { return reports::importance_json(data, report); },
      [&] { return reports::importance_table(report); });
}

std::optional<std::string> curves_view(storage::Queries& queries,
                                       const storage::SweepRow& sweep,
                                       const Invocation& invocation,
                                       int top) {
  std::vector<storage::TrialRow> rows;
  for (const std::string& number : invocation.operands) {
    rows.push_back(find_trial(queries, sweep, number));
  }
  if (rows.empty()) {
    for (const storage::LeaderboardRow& best : queries.leaderboard(sweep.name, top)) {
      rows.push_back(*queries.trial(sweep.sweep_id, best.trial));
    }
  }
  if (rows.empty()) {
    return std::nullopt;
  }
  const std::string metric = metric_of(invocation, sweep);
  std::vector<reports::TrialCurves> curves;
  for (const storage::TrialRow& row : rows) {
    curves.push_back(reports::read_curves(queries, row, metric));
  }
  require_series(queries, sweep, curves, metric);
  return in_form(
      invocation,
      [&] { return reports::curves_text(sweep, curves, terminal_width(stdout), glyphs()); },
      [&] { return reports::curves_json(sweep, curves); },
      [&] { return reports::curves_table(curves); });
}

AnswerShape report_shape() {
  return {{}, {reports::kOptionalFields.begin(), reports::kOptionalFields.end()}};
}

std::vector<reports::Advice> sweep_advice(storage::Queries& queries,
                                          const storage::SweepRow& sweep) {
  const auto data = reports::read_sweep_data(queries, sweep);
  return feasible_advice(sweep, reports::advice(reports::read_advice_input(queries, data)));
}

std::string advice_view(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const Invocation& invocation) {
  const auto found = sweep_advice(queries, sweep);
  auto table = [&] {
    reports::TextTable rows{{"kind", "parameter", "text", "evidence", "yaml"}, {}};
    for (const reports::Advice& one : found) {
      rows.rows.push_back({one.kind, one.parameter, one.text, one.evidence, one.yaml});
    }
    return rows;
  };
  return in_form(
      invocation,
      [&] {
        if (!found.empty()) {
          return reports::advice_text(found, found.size(), terminal_width(stdout));
        }
        const char* none =
            queries.best(sweep.name)
                ? "no advice: the results suggest no change\n"
                : "no advice: no trial is complete, and too few have ended to say why\n";
        return reports::wrapped(none, terminal_width(stdout));
      },
      [&] {
        auto report = reports::read_report(queries, sweep, 1);
        report.advice = found;
        return reports::json_report(report, std::nullopt);
      },
      table, report_shape());
}

namespace {

// Can the sweep that `yaml` describes start from the results that it names?
bool can_start(const std::string& yaml,
               const storage::SweepRow& sweep,
               const std::filesystem::path& database) {
  SweepFile file;
  file.source = {"next.yaml", yaml};
  file.folder = data_folder(sweep);
  std::vector<Diagnostic> diagnostics;
  auto tree = parse_yaml(file.source, diagnostics);
  auto spec = tree ? read_sweep(*tree, "next", file.folder, diagnostics) : std::nullopt;
  const search::MetricInfo* metric = search::find_metric(sweep.metric);
  if (!spec || metric == nullptr) {
    return true;  // other errors are shown where the file is run
  }
  spec->metric.name = sweep.metric;  // the file may leave it to the data
  spec->metric.goal = metric->goal;
  file.tree = *std::move(tree);
  try {
    read_warm_start(file, *spec, sweep.data_json, database);
    return true;
  } catch (const UsageError&) {
    return false;  // no trial has values that the changed parameters can take
  }
}

}  // namespace

void write_next(storage::Queries& queries,
                const storage::SweepRow& sweep,
                const std::string& file) {
  const auto advice = sweep_advice(queries, sweep);
  std::string yaml = next_yaml(sweep, advice, queries.sweep_names(), queries.path());
  if (!yaml.empty() && !can_start(yaml, sweep, queries.path())) {
    yaml = next_yaml(sweep, advice, queries.sweep_names(), {});
  }
  if (yaml.empty()) {
    throw UsageError(
        fmt::format("the results of sweep '{}' suggest no change to its file; see report --advice",
                    reports::printable(sweep.name)));
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw UsageError(fmt::format("{}: is a folder; name a file in it", file));
  }
  if (!write_new_file(file, yaml)) {
    throw UsageError(fmt::format("{}: already exists; choose another name, or remove it", file));
  }
  fmt::print(stderr, "wrote {}; to run it: hpsearch run {}\n", reports::printable(file),
             reports::printable(shell_word(file)));
}

std::string compare_view(storage::Queries& queries, const Invocation& invocation) {
  const auto& operands = invocation.operands;
  if (operands.size() != 2) {
    throw UsageError(
        fmt::format("--compare needs two trials or two sweeps, such as --compare 3 7; found {}",
                    operands.empty() ? "none" : fmt::format("{}", fmt::join(operands, " "))));
  }
  const auto is_number = [](const std::string& text) {
    return whole_number(text, 0, kMaxTrials).has_value();
  };
  for (const auto& [number, name] :
       {std::pair(operands[0], operands[1]), std::pair(operands[1], operands[0])}) {
    if (is_number(number) && !is_number(name) && !queries.sweep(number)) {
      throw UsageError(reports::printable(fmt::format(
          "--compare takes two trials or two sweeps; '{}' is the number of a trial and '{}' is not",
          number, name)));
    }
  }
  const bool numbers = is_number(operands[0]) && is_number(operands[1]);
  return numbers ? compare_trials_view(queries, invocation)
                 : compare_sweeps_view(queries, invocation);
}

}  // namespace hpsearch::runner
